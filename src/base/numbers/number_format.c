/* SPDX-License-Identifier: MIT */
#include "base/numbers/number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Integers up to here are written digit by digit rather than with an exponent. */
#define MAX_PLAIN 1e15

/* printf writes the process's decimal point, which may take several bytes. */
static void mend_point(char *text)
{
    const char *const plain = "0123456789+-e";
    char *point = text + strspn(text, plain);
    if (*point != '\0') {
        char *rest = point + 1;
        while (*rest != '\0' && strchr(plain, *rest) == NULL) {
            rest++;
        }
        *point = '.';
        memmove(point + 1, rest, strlen(rest) + 1);
    }
}

void lnt_number_write(const lnt_number_reader *reader, lnt_dtype dtype, double value,
                      char text[LNT_NUMBER_LENGTH])
{
    if (value == trunc(value) && fabs(value) < MAX_PLAIN) {
        snprintf(text, LNT_NUMBER_LENGTH, "%.0f", value);
        return;
    }
    /* Of a normal number, %g at the digits that any decimal survives is the shortest already. */
    const bool is_normal = fabs(value) >= (dtype == LNT_F32 ? (double) FLT_MIN : DBL_MIN);
    const int enough = dtype == LNT_F32 ? 9 : 17;
    for (int digits = !is_normal    ? 1
                      : enough == 9 ? FLT_DIG
                                    : DBL_DIG;
         digits <= enough; digits++) {
        snprintf(text, LNT_NUMBER_LENGTH, "%.*g", digits, value);
        mend_point(text);
        double again;
        if (lnt_number_parse(reader, dtype, text, &again) && again == value) {
            return;
        }
    }
}
