/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_NUMBERS_DECIMAL_H
#define LINNET_BASE_NUMBERS_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

/** (-1)^negative · (digits + tail) · 10^exponent, where 0 ≤ tail < 1 is 0 unless `truncated`. */
typedef struct lnt_decimal {
    uint64_t digits;
    int64_t exponent;
    bool negative;
    bool truncated; /* there were more than 19 significant digits */
} lnt_decimal;

/** Reads the form of a number; returns the byte behind it, or NULL if there is none. */
const char *lnt_decimal_scan(const char *text, lnt_decimal *decimal);

/** The nearest value, if fixed-width arithmetic can be sure of it; else false, `*value` untouched.
 */
bool lnt_decimal_to_f32(const lnt_decimal *decimal, float *value);
bool lnt_decimal_to_f64(const lnt_decimal *decimal, double *value);

#endif
