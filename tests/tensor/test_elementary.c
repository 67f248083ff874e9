/* SPDX-License-Identifier: MIT */
#include "tensor/elementary/elementary.h"

#include "support/assert.h"
#include <linnet/random.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

/* Elementary functions in vectors, every variant that runs here; bench/accuracy.c has all floats.
 */

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static double sigmoid(double x)
{
    return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x));
}

static double softplus(double x)
{
    return x < 0 ? log1p(exp(x)) : x + log1p(exp(-x));
}

static long double sigmoidl(long double x)
{
    return x < 0 ? expl(x) / (1 + expl(x)) : 1 / (1 + expl(-x));
}

static long double softplusl(long double x)
{
    return x < 0 ? log1pl(expl(x)) : x + log1pl(expl(-x));
}

static const struct row {
    const char *name;
    size_t offset;
    double (*of_double)(double);
    long double (*of_extended)(long double);
    double bound; /* ULP */
    bool odd, circular;
} rows[] = {
    {"exp", offsetof(lnt_elementary, exp), exp, expl, 2, false, false},
    {"expm1", offsetof(lnt_elementary, expm1), expm1, expm1l, 2, true, false},
    {"tanh", offsetof(lnt_elementary, tanh), tanh, tanhl, 2, true, false},
    {"sigmoid", offsetof(lnt_elementary, sigmoid), sigmoid, sigmoidl, 2, false, false},
    {"softplus", offsetof(lnt_elementary, softplus), softplus, softplusl, 2.5, false, false},
    {"erf", offsetof(lnt_elementary, erf), erf, erfl, 2, true, false},
    {"sin", offsetof(lnt_elementary, sin), sin, sinl, 2, true, true},
    {"cos", offsetof(lnt_elementary, cos), cos, cosl, 2, false, true},
};

static lnt_elementary_function *function_of(const struct row *row, const lnt_elementary *table)
{
    lnt_elementary_function *function;
    memcpy(&function, (const char *) table + row->offset, sizeof function);
    return function;
}

/* |found − exact| in units of the last place of the exact value. */
static double error_of(double found, long double exact, int digits, int least)
{
    int exponent = least;
    if (exact != 0) {
        frexpl(exact, &exponent);
    }
    exponent = exponent < least ? least : exponent;
    return (double) fabsl(ldexpl((long double) found - exact, digits - exponent));
}

/* One float in 4,099, which is every exponent and sign, many times; 50 ulp of room at overflow. */
Test(elementary, floats)
{
    enum { BLOCK = 1000 };
    for (size_t v = 0; lnt_elementary_variant_at(v) != NULL; v++) {
        const lnt_elementary_variant *variant = lnt_elementary_variant_at(v);
        for (size_t r = 0; r < COUNT(rows); r++) {
            lnt_elementary_function *function = function_of(&rows[r], &variant->f32);
            float x[BLOCK], y[BLOCK];
            for (uint64_t bits = 0; bits < UINT64_C(1) << 32;) {
                for (size_t i = 0; i < BLOCK; i++, bits += 4099) {
                    const uint32_t pattern = (uint32_t) bits;
                    memcpy(&x[i], &pattern, sizeof pattern);
                }
                function(BLOCK, x, y);
                for (size_t i = 0; i < BLOCK; i++) {
                    const double exact = rows[r].of_double((double) x[i]);
                    if (isnan(exact)) {
                        assert_nan(y[i], "%s, %s(%a) = %a", variant->name, rows[r].name,
                                   (double) x[i], (double) y[i]);
                    } else if (fabs(exact) > 0x1.fffffep127) {
                        cr_assert(isinf(y[i]) || y[i] == 0x1.fffffep127f);
                    } else {
                        const double error = error_of((double) y[i], exact, 24, -125);
                        assert_le(error, rows[r].bound, "%s, %s(%a): %g ULP", variant->name,
                                  rows[r].name, (double) x[i], error);
                    }
                }
            }
        }
    }
}

static double argument(lnt_random *random, size_t i)
{
    const double u = 2 * lnt_random_uniform(random) - 1;
    return i % 4 == 0   ? 750 * u
           : i % 4 == 1 ? 3 * u
           : i % 4 == 2 ? 30 * u
                        : ldexp(u, -(int) lnt_random_bounded(random, 1070));
}

Test(elementary, doubles)
{
    enum { MANY = 100000 };
    static double x[MANY], y[MANY];
    lnt_random random = lnt_random_init(8, 8);
    for (size_t i = 0; i < MANY; i++) {
        x[i] = argument(&random, i);
    }
    for (size_t v = 0; lnt_elementary_variant_at(v) != NULL; v++) {
        const lnt_elementary_variant *variant = lnt_elementary_variant_at(v);
        for (size_t r = 0; r < COUNT(rows); r++) {
            function_of(&rows[r], &variant->f64)(MANY, x, y);
            for (size_t i = 0; i < MANY; i++) {
                const long double exact = rows[r].of_extended((long double) x[i]);
                if (fabsl(exact) > 0x1.fffffffffffffp1023L) {
                    assert_eq(fabs(y[i]), INFINITY);
                    continue;
                }
                const double error = error_of(y[i], exact, 53, -1021);
                assert_le(error, rows[r].bound, "%s, %s(%a): %g ULP", variant->name, rows[r].name,
                          x[i], error);
            }
        }
    }
}

/* Limits, NaN, signs of zero, denormals in and out, in both precisions. */
Test(elementary, specials)
{
    static const double x[] = {NAN,       INFINITY,   -INFINITY, 0.0,   -0.0,
                               0x1p-1074, -0x1p-1074, 1e300,     -1e300};
    const float narrow[] = {NAN,       INFINITY,   -INFINITY, 0.0f,  -0.0f,
                            0x1p-149f, -0x1p-149f, 1e38f,     -1e38f};
    for (size_t v = 0; lnt_elementary_variant_at(v) != NULL; v++) {
        const lnt_elementary_variant *variant = lnt_elementary_variant_at(v);
        for (size_t r = 0; r < COUNT(rows); r++) {
            double y[COUNT(x)];
            float z[COUNT(x)];
            function_of(&rows[r], &variant->f64)(COUNT(x), x, y);
            function_of(&rows[r], &variant->f32)(COUNT(x), narrow, z);
            for (size_t i = 0; i < COUNT(x); i++) {
                const double expected = rows[r].of_double(x[i]);
                const float rounded = (float) rows[r].of_double((double) narrow[i]);
                cr_assert(isnan(expected) ? isnan(y[i])
                                          : y[i] == expected || fabs(y[i] - expected) < 1e-15,
                          "%s, %s(%g) = %g", variant->name, rows[r].name, x[i], y[i]);
                cr_assert(isnan(rounded) ? isnan(z[i])
                                         : z[i] == rounded || fabsf(z[i] - rounded) < 1e-6f);
                if (rows[r].odd && (x[i] == 0 || fabs(x[i]) == 0x1p-1074)) {
                    assert_eq(y[i], x[i], "%s(%a) = %a", rows[r].name, x[i], y[i]);
                    assert_eq(signbit(y[i]), signbit(x[i]), "%s(%a) = %a", rows[r].name, x[i],
                              y[i]);
                    assert_eq(z[i], narrow[i]);
                    assert_eq(signbit(z[i]), signbit(narrow[i]));
                }
            }
        }
        const double low[] = {-740, -745, -750};
        double y[3];
        variant->f64.exp(3, low, y);
        assert_gt(y[0], 0);
        assert_lt(y[0], 0x1p-1022);
        assert_eq(y[1], 0x1p-1074);
        assert_eq(y[2], 0);
    }
}

/* The bits of an element depend on it alone: not on its place, the length, or being in place. */
Test(elementary, any_length_and_place)
{
    enum { MOST = 70, ROOM = MOST + 12 };
    lnt_random random = lnt_random_init(9, 9);
    double all[MOST], whole[MOST], memory[ROOM];
    float all32[MOST], whole32[MOST], memory32[ROOM];
    for (size_t i = 0; i < MOST; i++) {
        all[i] = 4 * lnt_random_normal(&random);
        all32[i] = (float) all[i];
    }
    for (size_t v = 0; lnt_elementary_variant_at(v) != NULL; v++) {
        const lnt_elementary_variant *variant = lnt_elementary_variant_at(v);
        for (size_t r = 0; r < COUNT(rows); r++) {
            lnt_elementary_function *f64 = function_of(&rows[r], &variant->f64);
            lnt_elementary_function *f32 = function_of(&rows[r], &variant->f32);
            f64(MOST, all, whole);
            f32(MOST, all32, whole32);
            for (size_t n = 0; n <= MOST; n++) {
                const size_t at = 1 + n % 9;
                for (size_t i = 0; i < ROOM; i++) {
                    memory[i] = memory32[i] = 77;
                }
                memcpy(memory + at, all, n * sizeof *all);
                memcpy(memory32 + at, all32, n * sizeof *all32);
                f64(n, memory + at, memory + at);
                f32(n, memory32 + at, memory32 + at);
                assert_bytes_eq(memory + at, whole, n * sizeof *whole, "%s", rows[r].name);
                assert_bytes_eq(memory32 + at, whole32, n * sizeof *whole32);
                for (size_t i = 0; i < ROOM; i++) {
                    const bool inside = i >= at && i < at + n;
                    if (!inside) {
                        assert_eq(memory[i], 77);
                        assert_eq(memory32[i], 77);
                    }
                }
            }
        }
    }
}

Test(elementary, one_of_the_variants_serves)
{
    const lnt_elementary_variant *best = lnt_elementary_variant_at(0);
    assert_eq(lnt_elementary_of(LNT_F32), &best->f32);
    assert_eq(lnt_elementary_of(LNT_F64), &best->f64);
    cr_assert_null(lnt_elementary_variant_at(9));
}
