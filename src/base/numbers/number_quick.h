/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_NUMBERS_NUMBER_QUICK_H
#define LINNET_BASE_NUMBERS_NUMBER_QUICK_H

#include "base/numbers/decimal.h"
#include "base/numbers/number.h"
#include <stdint.h>
#include <string.h>

/**
 * `lnt_number_f32` and `_f64` for text behind whose end LNT_NUMBER_PADDING more bytes may be read:
 * plain numbers, [-] digits [. digits] with at most 18 digits, take eight digits at a time, and no
 * branch depends on how many there are, which a processor could not foresee.
 */
#define LNT_NUMBER_PADDING 8

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

/* The number made of the digits at `p`, at most 8, whose count goes to *count. */
static inline uint64_t lnt_quick_digits(const char *p, unsigned *count)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t bytes;
    memcpy(&bytes, p, sizeof bytes);
    bytes ^= ones * '0';
    /* The upmost bit of each byte above 9; no sum carries into the next byte. */
    const uint64_t others = (((bytes & ones * 0x7F) + ones * 0x76) | bytes) & ones * 0x80;
    const unsigned bits = others == 0 ? 64 : (unsigned) __builtin_ctzll(others) & ~7u;
    *count = bits / 8;
    /* In the upper bytes, the last digit uppermost, behind zeros; then pairs, fours, all eight. */
    uint64_t sum = bits == 0 ? 0 : bytes << (64 - bits);
    sum = (10 * sum + (sum >> 8)) & UINT64_C(0x00FF00FF00FF00FF);
    sum = (100 * sum + (sum >> 16)) & UINT64_C(0x0000FFFF0000FFFF);
    return (10000 * sum + (sum >> 32)) & UINT64_C(0xFFFFFFFF);
}

static inline double lnt_quick_power(unsigned exponent)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                    1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
    return powers[exponent];
}

/* Takes all the digits at `p`, appended to *digits, and returns how many there are. */
static inline unsigned lnt_quick_run(const char *p, uint64_t *digits)
{
    static const uint32_t powers[] = {1,      10,      100,      1000,     10000,
                                      100000, 1000000, 10000000, 100000000};
    unsigned total = 0, count;
    do {
        const uint64_t sum = lnt_quick_digits(p + total, &count);
        *digits = *digits * powers[count] + sum;
        total += count;
    } while (count == 8);
    return total;
}

/* Behind the plain number (-1)^negative · digits / 10^places at `p`; NULL if there is none. */
static inline const char *lnt_quick_scan(const char *p, bool *negative, int64_t *digits,
                                         unsigned *places)
{
    *negative = *p == '-';
    p += *negative;
    unsigned count;
    uint64_t sum = lnt_quick_digits(p, &count);
    p += count;
    if (count == 8) {
        const unsigned more = lnt_quick_run(p, &sum);
        p += more;
        count += more;
    }
    *places = 0;
    if (*p == '.') {
        *places = lnt_quick_run(p + 1, &sum);
        p += 1 + *places;
        count += *places;
    }
    *digits = (int64_t) sum;
    return count - 1 < 18 && (*p | 0x20) != 'e' ? p : NULL;
}

static inline const char *lnt_quick_f32(const lnt_number_reader *reader, const char *text,
                                        float *value)
{
    bool negative;
    int64_t digits;
    unsigned places;
    const char *const end = lnt_quick_scan(text, &negative, &digits, &places);
    if (end == NULL) {
        return lnt_number_f32(reader, text, value);
    }
    /* Two roundings move x by less than 2 units; see lnt_decimal_to_f32. */
    const double x = (double) digits / lnt_quick_power(places);
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    const uint64_t low = bits & ((1 << 29) - 1), middle = 1 << 28, margin = 4;
    if (low - (middle - margin) < 2 * margin) {
        return lnt_number_f32(reader, text, value);
    }
    *value = (float) (negative ? -x : x);
    return end;
}

static inline const char *lnt_quick_f64(const lnt_number_reader *reader, const char *text,
                                        double *value)
{
    bool negative;
    int64_t digits;
    unsigned places;
    const char *const end = lnt_quick_scan(text, &negative, &digits, &places);
    if (end == NULL) {
        return lnt_number_f64(reader, text, value);
    }
    if (digits > INT64_C(1) << 53) {
        const lnt_decimal decimal = {(uint64_t) digits, -(int64_t) places, negative, false};
        return lnt_decimal_to_f64(&decimal, value) ? end : lnt_number_f64(reader, text, value);
    }
    const double x = (double) digits / lnt_quick_power(places); /* both are exact: one rounding */
    *value = negative ? -x : x;
    return end;
}

#else

#define lnt_quick_f32 lnt_number_f32
#define lnt_quick_f64 lnt_number_f64

#endif

#endif
