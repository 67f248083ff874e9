/* SPDX-License-Identifier: MIT */
#include "io/json/number.h"

#include "base/numbers/number.h"

#include <inttypes.h>
#include <linnet/io.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

bool lnt_size_parse(const json_t *value, size_t *size)
{
    const json_int_t integer = json_integer_value(value);
    if (!json_is_integer(value) || integer < 0 || (uintmax_t) integer > SIZE_MAX) {
        return false;
    }
    *size = (size_t) integer;
    return true;
}

json_t *lnt_u64_json(uint64_t value)
{
    char text[24];
    (void) snprintf(text, sizeof text, "%" PRIu64, value);
    return json_string(text);
}

bool lnt_u64_parse(const json_t *text, uint64_t *value)
{
    const char *digits = json_string_value(text);
    if (digits == NULL || *digits == '\0') {
        return false;
    }
    uint64_t sum = 0;
    for (; *digits != '\0'; digits++) {
        const uint64_t digit = (uint64_t) *digits - '0';
        if (*digits < '0' || *digits > '9' || sum > (UINT64_MAX - digit) / 10) {
            return false;
        }
        sum = 10 * sum + digit;
    }
    *value = sum;
    return true;
}

static const struct {
    const char *text;
    double value;
} specials[] = {{"nan", NAN}, {"inf", INFINITY}, {"-inf", -INFINITY}};

_Static_assert(LNT_NUMBER_TEXT_LENGTH >= LNT_NUMBER_LENGTH, "room for every number");

enum { N_SPECIALS = sizeof specials / sizeof specials[0] };

lnt_status lnt_number_text(double value, char text[LNT_NUMBER_TEXT_LENGTH])
{
    if (text == NULL) {
        return LNT_ERR_NULL;
    }
    for (size_t i = 0; i < N_SPECIALS; i++) {
        if (value == specials[i].value || (isnan(value) && isnan(specials[i].value))) {
            (void) snprintf(text, LNT_NUMBER_TEXT_LENGTH, "%s", specials[i].text);
            return LNT_OK;
        }
    }
    lnt_number_reader reader;
    if (!lnt_number_init(&reader)) {
        return LNT_ERR_MEMORY;
    }
    lnt_number_write(&reader, LNT_F64, value, text);
    lnt_number_finish(&reader);
    return LNT_OK;
}

json_t *lnt_f64_json(double value)
{
    char text[LNT_NUMBER_TEXT_LENGTH];
    return lnt_number_text(value, text) == LNT_OK ? json_string(text) : NULL;
}

bool lnt_f64_parse(const json_t *text, double *value)
{
    const char *number = json_string_value(text);
    for (size_t i = 0; number != NULL && i < N_SPECIALS; i++) {
        if (strcmp(number, specials[i].text) == 0) {
            *value = specials[i].value;
            return true;
        }
    }
    lnt_number_reader reader;
    if (number == NULL || !lnt_number_init(&reader)) {
        return false;
    }
    const char *end = lnt_number_f64(&reader, number, value);
    lnt_number_finish(&reader);
    return end != NULL && *end == '\0';
}
