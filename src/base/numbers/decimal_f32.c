/* SPDX-License-Identifier: MIT */
#include "base/numbers/decimal.h"

#include <stdlib.h>
#include <string.h>

static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

enum { MAX_POWER = sizeof powers / sizeof powers[0] - 1 };

/* Two exact powers reach from the smallest to the largest normal float. */
static double scale(double x, int exponent)
{
    const int size = abs(exponent);
    const double first = powers[size < MAX_POWER ? size : MAX_POWER];
    const double rest = size > MAX_POWER ? powers[size - MAX_POWER] : 1;
    return exponent < 0 ? x / first / rest : x * first * rest;
}

bool lnt_decimal_to_f32(const lnt_decimal *decimal, float *value)
{
    if (decimal->exponent > 2 * MAX_POWER || decimal->exponent < -2 * MAX_POWER) {
        return false;
    }
    const double x = scale((double) decimal->digits, (int) decimal->exponent);
    if (decimal->digits != 0) {
        if (x < 0x1p-125 || x > 0x1p127) {
            return false;
        }
        /*
         * Three roundings and a cut tail move x by less than 4 units in the last place, so only
         * when x is that near to the middle between two floats can it round to the wrong one.
         */
        const int64_t middle = 1 << 28, margin = 8;
        uint64_t bits;
        memcpy(&bits, &x, sizeof bits);
        const int64_t low = (int64_t) (bits & ((1 << 29) - 1));
        if (low > middle - margin && low < middle + margin) {
            return false;
        }
    }
    *value = (float) (decimal->negative ? -x : x);
    return true;
}
