/* SPDX-License-Identifier: MIT */
#include "base/numbers/number.h"

#include <linnet/text.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

bool lnt_number_u64(const char *text, size_t length, uint64_t *value)
{
    uint64_t count = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        const uint64_t digit = (uint64_t) (text[i] - '0');
        if (count > (UINT64_MAX - digit) / 10) {
            return false;
        }
        count = count * 10 + digit;
    }
    if (length > 0) {
        *value = count;
    }
    return length > 0;
}

static const struct {
    const char *text;
    double value;
} specials[] = {{"nan", NAN}, {"inf", INFINITY}, {"-inf", -INFINITY}};

_Static_assert(LNT_FORMAT_NUMBER_LENGTH >= LNT_NUMBER_LENGTH, "room for every number");

enum { N_SPECIALS = sizeof specials / sizeof specials[0] };

lnt_status lnt_format_number(double value, char text[LNT_FORMAT_NUMBER_LENGTH])
{
    if (text == NULL) {
        return LNT_ERR_NULL;
    }
    for (size_t i = 0; i < N_SPECIALS; i++) {
        if (value == specials[i].value || (isnan(value) && isnan(specials[i].value))) {
            (void) snprintf(text, LNT_FORMAT_NUMBER_LENGTH, "%s", specials[i].text);
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

bool lnt_number_parse_f64(const char *number, double *value)
{
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
