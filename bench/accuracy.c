/* SPDX-License-Identifier: MIT */
#include "functions.h"
#include "program.h"

#include <mpfr.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * The largest errors of the elementary functions, in units of the last place of the exact value, as
 * MPFR has it in 200 bits: in f32 over all floats, in f64 over random and special arguments. libm
 * in the next precision finds the arguments where we are worst; MPFR settles those errors.
 */

enum { BLOCK = 4096, BITS = 200 };

static uint64_t stride = 1, samples = 10000000;
static char *only_variant;

static void settle_sigmoid(mpfr_t y, const mpfr_t x)
{
    mpfr_neg(y, x, MPFR_RNDN);
    mpfr_exp(y, y, MPFR_RNDN);
    mpfr_add_ui(y, y, 1, MPFR_RNDN);
    mpfr_ui_div(y, 1, y, MPFR_RNDN);
}

static void settle_softplus(mpfr_t y, const mpfr_t x)
{
    mpfr_exp(y, x, MPFR_RNDN);
    mpfr_log1p(y, y, MPFR_RNDN);
}

/* The exact value, by the place of the function in the list. */
static void exact(size_t function, mpfr_t y, const mpfr_t x)
{
    switch (function) {
    case 0:
        mpfr_exp(y, x, MPFR_RNDN);
        break;
    case 1:
        mpfr_expm1(y, x, MPFR_RNDN);
        break;
    case 2:
        mpfr_tanh(y, x, MPFR_RNDN);
        break;
    case 3:
        settle_sigmoid(y, x);
        break;
    case 4:
        settle_softplus(y, x);
        break;
    case 5:
        mpfr_erf(y, x, MPFR_RNDN);
        break;
    case 6:
        mpfr_sin(y, x, MPFR_RNDN);
        break;
    default:
        mpfr_cos(y, x, MPFR_RNDN);
    }
}

/* A format: digits, the least exponent, and the largest number. */
typedef struct format {
    int digits;
    int least; /* of frexp, of a normal number */
    double most;
} format;

static const format formats[] = {{24, -125, 0x1.fffffep127}, {53, -1021, 0x1.fffffffffffffp1023}};

/* One unit in the last place of a value whose frexp exponent is `exponent`. */
static int unit_exponent(const format *f, long exponent)
{
    return (int) (exponent < f->least ? f->least : exponent) - f->digits;
}

/* |found − exact| in units; an overflow is right if the exact value rounds to it. */
static double error_by_mpfr(size_t function, const format *f, double x, double found)
{
    mpfr_t argument, value;
    mpfr_inits2(BITS, argument, value, (mpfr_ptr) 0);
    mpfr_set_d(argument, x, MPFR_RNDN);
    exact(function, value, argument);
    double error;
    if (!isfinite(found)) {
        error = mpfr_cmp_d(value, found > 0 ? f->most : -f->most) * found > 0 ? 0 : INFINITY;
    } else {
        const long exponent = mpfr_zero_p(value) ? f->least : mpfr_get_exp(value);
        mpfr_sub_d(value, value, found, MPFR_RNDN);
        mpfr_div_2si(value, value, unit_exponent(f, exponent), MPFR_RNDN);
        error = fabs(mpfr_get_d(value, MPFR_RNDU));
    }
    mpfr_clears(argument, value, (mpfr_ptr) 0);
    return error;
}

/* The worst so far. */
typedef struct worst {
    double error;
    double at;
    uint64_t arguments;
    uint64_t wrong; /* specials: NaN not kept, a number for NaN, a sign of zero lost */
} worst;

/* What the special arguments must give. */
static bool special_is_right(size_t function, double x, double y)
{
    if (isnan(x) || (isinf(x) && function >= 6)) {
        return isnan(y);
    }
    const bool odd = function == 1 || function == 2 || function == 5 || function == 6;
    return !(odd && x == 0) || (y == 0 && signbit(x) == signbit(y));
}

/* Notes the error if it may be the largest so far; `near` is libm's value. */
static void note(worst *w, size_t function, const format *f, double x, double found,
                 long double near)
{
    w->arguments++;
    if (!special_is_right(function, x, found)) {
        w->wrong++;
        return;
    }
    if (isnan(found)) {
        return;
    }
    int exponent = f->least;
    if (isfinite((double) near) && near != 0) {
        frexpl(near, &exponent);
    }
    const double rough =
        isfinite(found) && fabsl(near) <= (long double) f->most
            ? (double) fabsl(ldexpl((long double) found - near, -unit_exponent(f, exponent)))
            : INFINITY;
    if (rough > w->error * 0.99 && (isfinite(found) || fabsl(near) < (long double) f->most * 2)) {
        const double error = error_by_mpfr(function, f, x, found);
        if (error > w->error) {
            w->error = error;
            w->at = x;
        }
    }
}

static void report(lnt_bench *bench, size_t function, const char *variant, lnt_dtype dtype,
                   const worst *w)
{
    const char *name = lnt_bench_functions[function].name;
    printf("%-9s %-5s %-9s %9.3f  at %-22a %11llu %6llu\n", name, lnt_dtype_name(dtype), variant,
           w->error, w->at, (unsigned long long) w->arguments, (unsigned long long) w->wrong);
    fflush(stdout);
    lnt_bench_add(bench, json_pack("{s:s, s:s, s:s, s:f, s:f, s:I, s:I}", "function", name, "dtype",
                                   lnt_dtype_name(dtype), "variant", variant, "ulp", w->error, "at",
                                   w->at, "arguments", (json_int_t) w->arguments, "wrong_specials",
                                   (json_int_t) w->wrong));
}

/*
 * Whether a float's error, by libm's value in double, is so much below the worst that MPFR need not
 * be asked; not for what is special. A quick way out: there are four billion of them.
 */
static bool is_harmless(const worst *w, double x, double found, double near)
{
    if (isnan(x) || isnan(found)) {
        return isnan(x) && isnan(found);
    }
    if (isinf(found)) { /* as it must be */
        return fabs(near) >= 0x1p128 && signbit(near) == signbit(found);
    }
    if (found == 0 && x != 0) { /* half the least number, or less */
        return fabs(near) <= 0x1p-150 && w->error > 0.51;
    }
    uint64_t bits;
    memcpy(&bits, &near, sizeof bits);
    uint64_t exponent = bits >> 52 & 0x7FF;
    if (exponent == 0x7FF || found == 0) {
        return false;
    }
    exponent = exponent < 1023 - 126 ? 1023 - 126 : exponent;
    bits = (exponent - 23) << 52; /* one unit in the last place */
    double unit;
    memcpy(&unit, &bits, sizeof unit);
    return fabs(found - near) <= 0.99 * w->error * unit;
}

/* All variants at once, as libm's value is the dear one. */
enum { MOST_VARIANTS = 4 };

static size_t variants(const lnt_elementary_variant *list[MOST_VARIANTS])
{
    size_t n = 0;
    const lnt_elementary_variant *variant;
    for (size_t i = 0; n < MOST_VARIANTS && (variant = lnt_elementary_variant_at(i)) != NULL; i++) {
        if (only_variant == NULL || strcmp(only_variant, variant->name) == 0) {
            list[n++] = variant;
        }
    }
    return n;
}

/* Exponentials beyond 200 are beyond floats, too, and slow where they leave doubles. */
static double held(size_t function, double x)
{
    const bool exponential = function == 0 || function == 1 || function == 3;
    return exponential && x > 200 ? 200 : exponential && x < -200 ? -200 : x;
}

static void measure_f32(lnt_bench *bench, size_t function)
{
    static float x[BLOCK], y[BLOCK];
    static double near[BLOCK];
    const lnt_elementary_variant *list[MOST_VARIANTS];
    const size_t n = variants(list);
    worst worsts[MOST_VARIANTS] = {{0, 0, 0, 0}};
    for (uint64_t bits = 0; bits < UINT64_C(1) << 32;) {
        size_t count = 0;
        for (; count < BLOCK && bits < UINT64_C(1) << 32; bits += stride) {
            const uint32_t pattern = (uint32_t) bits;
            memcpy(&x[count], &pattern, sizeof pattern);
            near[count] = lnt_bench_functions[function].f64(held(function, (double) x[count]));
            count++;
        }
        for (size_t v = 0; v < n; v++) {
            lnt_bench_ours(&lnt_bench_functions[function], &list[v]->f32)(count, x, y);
            for (size_t i = 0; i < count; i++) {
                if (is_harmless(&worsts[v], (double) x[i], (double) y[i], near[i])) {
                    worsts[v].arguments++;
                    continue;
                }
                note(&worsts[v], function, &formats[0], (double) x[i], (double) y[i],
                     (long double) near[i]);
            }
        }
    }
    for (size_t v = 0; v < n; v++) {
        report(bench, function, list[v]->name, LNT_F32, &worsts[v]);
    }
}

/* Specials first; then uniform over the range, around 0, and over all magnitudes. */
static double argument(lnt_random *random, uint64_t i)
{
    static const double specials[] = {0,
                                      -0.0,
                                      NAN,
                                      INFINITY,
                                      -INFINITY,
                                      0x1p-1074,
                                      -0x1p-1074,
                                      0x1p-1022,
                                      -0x1p-1022,
                                      0x1.fffffffffffffp1023,
                                      -0x1.fffffffffffffp1023,
                                      700,
                                      -700,
                                      709.7827128933841,
                                      709.8,
                                      -708.4,
                                      -745.1,
                                      -745.2,
                                      -746,
                                      0.625,
                                      -0.625,
                                      1,
                                      -1,
                                      0.34657359027997264,
                                      -0.34657359027997264,
                                      20,
                                      -20,
                                      6,
                                      -6,
                                      1e5,
                                      -1e5,
                                      100001,
                                      1e22,
                                      -1e22};
    const uint64_t count = sizeof specials / sizeof specials[0];
    if (i < count) {
        return specials[i];
    }
    const double u = 2 * lnt_random_uniform(random) - 1;
    switch (i % 4) {
    case 0:
        return 760 * u;
    case 1:
        return 3 * u;
    case 2:
        return 40 * u;
    default:
        return ldexp(u, (int) lnt_random_bounded(random, 1100) - 1080);
    }
}

static void measure_f64(lnt_bench *bench, size_t function)
{
    static double x[BLOCK], y[BLOCK];
    static long double near[BLOCK];
    const lnt_elementary_variant *list[MOST_VARIANTS];
    const size_t n = variants(list);
    worst worsts[MOST_VARIANTS] = {{0, 0, 0, 0}};
    lnt_random random = lnt_random_init(5, 77);
    for (uint64_t done = 0; done < samples;) {
        size_t count = 0;
        for (; count < BLOCK && done < samples; count++, done++) {
            x[count] = argument(&random, done);
            near[count] = lnt_bench_functions[function].extended((long double) x[count]);
        }
        for (size_t v = 0; v < n; v++) {
            lnt_bench_ours(&lnt_bench_functions[function], &list[v]->f64)(count, x, y);
            for (size_t i = 0; i < count; i++) {
                note(&worsts[v], function, &formats[1], x[i], y[i], near[i]);
            }
        }
    }
    for (size_t v = 0; v < n; v++) {
        report(bench, function, list[v]->name, LNT_F64, &worsts[v]);
    }
}

int main(int argc, const char **argv)
{
    long step = 1, count = 10000000;
    char *only = NULL;
    struct poptOption options[] = {
        {"stride", 0, POPT_ARG_LONG | POPT_ARGFLAG_SHOW_DEFAULT, &step, 0,
         "In f32 take every N-th float", "N"},
        {"function", 0, POPT_ARG_STRING, &only, 0, "One function alone", "NAME"},
        {"variant", 0, POPT_ARG_STRING, &only_variant, 0, "One variant alone: avx2 or baseline",
         "NAME"},
        {"samples", 0, POPT_ARG_LONG | POPT_ARGFLAG_SHOW_DEFAULT, &count, 0, "Arguments in f64",
         "N"},
        POPT_TABLEEND};
    const lnt_bench_program program = {
        "bench_accuracy", "Largest errors of the elementary functions, by MPFR.", options, 1, 0};
    lnt_bench bench;
    lnt_bench_read(&bench, &program, argc, argv);
    if (step < 1 || count < 1) {
        lnt_bench_misuse("expected --stride and --samples of at least 1");
    }
    stride = (uint64_t) step;
    samples = (uint64_t) count;
    lnt_bench_begin(&bench);
    printf("%-9s %-5s %-9s %9s  %-25s %11s %6s\n", "function", "dtype", "variant", "ULP",
           "argument", "arguments", "wrong");
    for (size_t f = 0; f < LNT_BENCH_FUNCTIONS; f++) {
        if (only != NULL && strcmp(only, lnt_bench_functions[f].name) != 0) {
            continue;
        }
        if (bench.dtypes[LNT_F32]) {
            measure_f32(&bench, f);
        }
        if (bench.dtypes[LNT_F64]) {
            measure_f64(&bench, f);
        }
    }
    mpfr_free_cache();
    free(only);
    free(only_variant);
    return lnt_bench_end(&bench);
}
