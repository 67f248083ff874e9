/* SPDX-License-Identifier: MIT */
#include "io/json/number.h"

#include "base/numbers/number.h"

#include <inttypes.h>
#include <linnet/text.h>
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
    return digits != NULL && lnt_number_u64(digits, strlen(digits), value);
}

json_t *lnt_f64_json(double value)
{
    char text[LNT_FORMAT_NUMBER_LENGTH];
    return lnt_format_number(value, text) == LNT_OK ? json_string(text) : NULL;
}

bool lnt_f64_parse(const json_t *text, double *value)
{
    return lnt_number_parse_f64(json_string_value(text), value);
}
