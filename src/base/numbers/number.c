/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* strtod_l, strtof_l */
#include "base/numbers/number.h"

#include "base/numbers/decimal.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool lnt_number_init(lnt_number_reader *reader)
{
    reader->c_locale = newlocale(LC_ALL_MASK, "C", (locale_t) 0);
    return reader->c_locale != (locale_t) 0;
}

void lnt_number_finish(lnt_number_reader *reader)
{
    freelocale(reader->c_locale);
}

/* The form has been checked, so that the C library stops where the scan did. */
static bool slow_f32(const lnt_number_reader *reader, const char *text, float *value)
{
    const int error = errno;
    *value = strtof_l(text, NULL, reader->c_locale);
    errno = error;
    return isfinite(*value);
}

static bool slow_f64(const lnt_number_reader *reader, const char *text, double *value)
{
    const int error = errno;
    *value = strtod_l(text, NULL, reader->c_locale);
    errno = error;
    return isfinite(*value);
}

const char *lnt_number_f32(const lnt_number_reader *reader, const char *text, float *value)
{
    lnt_decimal decimal;
    const char *end = lnt_decimal_scan(text, &decimal);
    if (end == NULL || (!lnt_decimal_to_f32(&decimal, value) && !slow_f32(reader, text, value))) {
        return NULL;
    }
    return end;
}

const char *lnt_number_f64(const lnt_number_reader *reader, const char *text, double *value)
{
    lnt_decimal decimal;
    const char *end = lnt_decimal_scan(text, &decimal);
    if (end == NULL || (!lnt_decimal_to_f64(&decimal, value) && !slow_f64(reader, text, value))) {
        return NULL;
    }
    return end;
}

const char *lnt_number_read(const lnt_number_reader *reader, lnt_dtype dtype, const char *text,
                            void *value)
{
    return dtype == LNT_F32 ? lnt_number_f32(reader, text, value)
                            : lnt_number_f64(reader, text, value);
}

bool lnt_number_parse(const lnt_number_reader *reader, lnt_dtype dtype, const char *text,
                      double *value)
{
    const char *end;
    if (dtype == LNT_F32) {
        float single = 0;
        end = lnt_number_f32(reader, text, &single);
        *value = (double) single;
    } else {
        end = lnt_number_f64(reader, text, value);
    }
    return end != NULL && *end == '\0';
}

bool lnt_number_like(const char *text, size_t length)
{
    lnt_decimal decimal;
    const char *end = lnt_decimal_scan(text, &decimal);
    if (end != NULL) {
        return end == text + length;
    }
    const size_t sign = length > 0 && (*text == '+' || *text == '-') ? 1 : 0;
    return (length - sign == 3 && strncasecmp(text + sign, "inf", 3) == 0) ||
           (length - sign == 8 && strncasecmp(text + sign, "infinity", 8) == 0);
}
