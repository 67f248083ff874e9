/* SPDX-License-Identifier: MIT */
#include "base/numbers/decimal.h"

#include <stddef.h>

/* 10^19 - 1 is the largest run of nines that a uint64_t holds. */
#define MAX_DIGITS 19

/* Beyond any exponent that a text of bounded length can bring back into range. */
#define MAX_EXPONENT INT64_C(1000000000000000)

static inline unsigned digit_of(char c)
{
    return (unsigned) (unsigned char) c - '0';
}

static const char *scan_digits(const char *p, uint64_t *digits)
{
    uint64_t value = *digits;
    for (unsigned digit; (digit = digit_of(*p)) <= 9; p++) {
        value = 10 * value + digit;
    }
    *digits = value;
    return p;
}

/* `p` is behind an 'e'; without digits there, the number ends before the 'e'. */
static const char *scan_exponent(const char *p, int64_t *exponent)
{
    const bool negative = *p == '-';
    if (negative || *p == '+') {
        p++;
    }
    if (digit_of(*p) > 9) {
        return NULL;
    }
    int64_t value = 0;
    for (unsigned digit; (digit = digit_of(*p)) <= 9; p++) {
        if (value < MAX_EXPONENT) {
            value = 10 * value + (int64_t) digit;
        }
    }
    *exponent += negative ? -value : value;
    return p;
}

/* Takes the first 19 significant digits of the mantissa between `p` and `end` anew. */
static void rescan_long(const char *p, const char *end, lnt_decimal *decimal)
{
    bool fraction = false;
    int taken = 0;
    decimal->digits = 0;
    decimal->exponent = 0;
    for (; p < end; p++) {
        if (*p == '.') {
            fraction = true;
            continue;
        }
        const unsigned digit = digit_of(*p);
        if (taken < MAX_DIGITS) {
            decimal->digits = 10 * decimal->digits + digit;
            taken += decimal->digits != 0;
            decimal->exponent -= fraction;
        } else {
            decimal->truncated = decimal->truncated || digit != 0;
            decimal->exponent += !fraction;
        }
    }
}

const char *lnt_decimal_scan(const char *text, lnt_decimal *decimal)
{
    const char *p = text;
    decimal->negative = *p == '-';
    if (decimal->negative || *p == '+') {
        p++;
    }
    const char *const mantissa = p;
    decimal->digits = 0;
    decimal->exponent = 0;
    decimal->truncated = false;
    p = scan_digits(p, &decimal->digits);
    ptrdiff_t count = p - mantissa;
    if (*p == '.') {
        const char *const fraction = p + 1;
        p = scan_digits(fraction, &decimal->digits);
        count += p - fraction;
        decimal->exponent = -(int64_t) (p - fraction);
    }
    if (count == 0) {
        return NULL;
    }
    if (count > MAX_DIGITS) {
        rescan_long(mantissa, p, decimal);
    }
    if (*p == 'e' || *p == 'E') {
        const char *const end = scan_exponent(p + 1, &decimal->exponent);
        p = end != NULL ? end : p;
    }
    return p;
}
