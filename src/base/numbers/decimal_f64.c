/* SPDX-License-Identifier: MIT */
#include "base/numbers/decimal.h"

#include <float.h>
#include <string.h>

/* 10^22 is the largest power of ten that a double holds exactly. */
static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

enum { MAX_POWER = sizeof powers / sizeof powers[0] - 1 };

/* x87 rounds to its own precision first, and then to double. */
#define ROUNDS_ONCE (FLT_EVAL_METHOD == 0 || FLT_EVAL_METHOD == 1)

#if defined(__SIZEOF_INT128__)

__extension__ typedef unsigned __int128 uint128;

/* 5^27 is the largest power of five that a uint64_t holds. */
enum { MAX_FIVES = 27 };

static uint64_t five_to(int exponent)
{
    static const uint64_t fives[MAX_FIVES + 1] = {UINT64_C(1),
                                                  UINT64_C(5),
                                                  UINT64_C(25),
                                                  UINT64_C(125),
                                                  UINT64_C(625),
                                                  UINT64_C(3125),
                                                  UINT64_C(15625),
                                                  UINT64_C(78125),
                                                  UINT64_C(390625),
                                                  UINT64_C(1953125),
                                                  UINT64_C(9765625),
                                                  UINT64_C(48828125),
                                                  UINT64_C(244140625),
                                                  UINT64_C(1220703125),
                                                  UINT64_C(6103515625),
                                                  UINT64_C(30517578125),
                                                  UINT64_C(152587890625),
                                                  UINT64_C(762939453125),
                                                  UINT64_C(3814697265625),
                                                  UINT64_C(19073486328125),
                                                  UINT64_C(95367431640625),
                                                  UINT64_C(476837158203125),
                                                  UINT64_C(2384185791015625),
                                                  UINT64_C(11920928955078125),
                                                  UINT64_C(59604644775390625),
                                                  UINT64_C(298023223876953125),
                                                  UINT64_C(1490116119384765625),
                                                  UINT64_C(7450580596923828125)};
    return fives[exponent];
}

/* (top + rest) · 2^exponent with the upmost bit of `top` set, 0 ≤ rest < 1, sticky = rest > 0. */
static double round_to_even(uint64_t top, bool sticky, int exponent)
{
    uint64_t mantissa = top >> 11;
    const uint64_t low = top & 0x7FF, half = 0x400;
    mantissa += low > half || (low == half && (sticky || (mantissa & 1) != 0));
    const uint64_t power_bits = (uint64_t) (1023 + 11 + exponent) << 52;
    double power;
    memcpy(&power, &power_bits, sizeof power);
    return (double) mantissa * power;
}

static int leading_zeros(uint64_t x)
{
    return __builtin_clzll(x);
}

/* digits · 5^exponent · 2^exponent: the product is exact in 128 bits. */
static double multiply(uint64_t digits, int exponent)
{
    const uint64_t power = five_to(exponent);
    const int shift = leading_zeros(digits), power_shift = leading_zeros(power);
    uint128 product = (uint128) (digits << shift) * (power << power_shift);
    int binary = exponent - shift - power_shift + 64;
    if (product >> 127 == 0) {
        product <<= 1;
        binary--;
    }
    return round_to_even((uint64_t) (product >> 64), (uint64_t) product != 0, binary);
}

/* digits / 5^size / 2^size: 64 bits of the quotient, and the remainder tells the rest. */
static double divide(uint64_t digits, int size)
{
    const uint64_t power = five_to(size);
    const int shift = leading_zeros(digits), power_shift = leading_zeros(power);
    const uint64_t numerator = digits << shift, denominator = power << power_shift;
    const int bits = numerator < denominator ? 64 : 63;
    const uint128 wide = (uint128) numerator << bits;
    const uint64_t quotient = (uint64_t) (wide / denominator);
    const uint64_t remainder = (uint64_t) wide - quotient * denominator;
    return round_to_even(quotient, remainder != 0, power_shift - shift - bits - size);
}

static bool exact(uint64_t digits, int64_t exponent, double *x)
{
    if (exponent > MAX_FIVES || exponent < -MAX_FIVES) {
        return false;
    }
    *x = exponent < 0 ? divide(digits, (int) -exponent) : multiply(digits, (int) exponent);
    return true;
}

/* Whether every tail between 0 and 1 rounds to the same double, which is then *x. */
static bool wide(const lnt_decimal *decimal, double *x)
{
    double above;
    return exact(decimal->digits, decimal->exponent, x) &&
           (!decimal->truncated ||
            (exact(decimal->digits + 1, decimal->exponent, &above) && above <= *x));
}

#else

static bool wide(const lnt_decimal *decimal, double *x)
{
    (void) decimal;
    (void) x;
    return false;
}

#endif

bool lnt_decimal_to_f64(const lnt_decimal *decimal, double *value)
{
    double x;
    if (decimal->digits == 0) {
        x = 0;
    } else if (ROUNDS_ONCE && decimal->digits <= UINT64_C(1) << 53 && !decimal->truncated &&
               decimal->exponent >= -MAX_POWER && decimal->exponent <= MAX_POWER) {
        x = (double) decimal->digits;
        x = decimal->exponent < 0 ? x / powers[-decimal->exponent] : x * powers[decimal->exponent];
    } else if (!wide(decimal, &x)) {
        return false;
    }
    *value = decimal->negative ? -x : x;
    return true;
}
