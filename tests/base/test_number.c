/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* strtod_l, strtof_l */
#include "base/numbers/number.h"
#include "base/numbers/number_quick.h"

#include "support/assert.h"
#include <inttypes.h>
#include <linnet/random.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static lnt_number_reader reader;
static locale_t c_locale;

static void setup(void)
{
    cr_assert(lnt_number_init(&reader));
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t) 0);
}

static void teardown(void)
{
    freelocale(c_locale);
    lnt_number_finish(&reader);
}

TestSuite(number, .init = setup, .fini = teardown);

/* The reader of padded text says the same as the one of any text. */
static void check_quick(const char *text)
{
    static char padded[2048];
    const size_t length = strlen(text);
    if (length + 1 + LNT_NUMBER_PADDING > sizeof padded) {
        return;
    }
    memcpy(padded, text, length + 1);
    double value = -1, quick = -1;
    const char *const end = lnt_number_f64(&reader, padded, &value);
    assert_eq(lnt_quick_f64(&reader, padded, &quick), end, "f64 '%.60s'", text);
    if (end != NULL) {
        assert_bytes_eq(&quick, &value, sizeof value, "f64 '%.60s': %a, not %a", text, quick,
                        value);
    }
    float single = -1, quick_single = -1;
    const char *const end_single = lnt_number_f32(&reader, padded, &single);
    assert_eq(lnt_quick_f32(&reader, padded, &quick_single), end_single, "f32 '%.60s'", text);
    if (end_single != NULL) {
        assert_bytes_eq(&quick_single, &single, sizeof single, "f32 '%.60s': %a, not %a", text,
                        (double) quick_single, (double) single);
    }
}

/* Both precisions against the C library: same bits, same end, and overflow refused. */
static void check(const char *text)
{
    check_quick(text);
    char *end;
    const double want = strtod_l(text, &end, c_locale);
    double got = -1;
    const char *const stop = lnt_number_f64(&reader, text, &got);
    if (isfinite(want)) {
        assert_eq(stop, end, "f64 '%.60s': %a, expected %a", text, got, want);
        assert_bytes_eq(&got, &want, sizeof got, "f64 '%.60s': %a, expected %a", text, got, want);
    } else {
        cr_assert_null(stop, "f64 '%.60s' overflows", text);
    }
    const float want_single = strtof_l(text, &end, c_locale);
    float single = -1;
    const char *const stop_single = lnt_number_f32(&reader, text, &single);
    if (isfinite(want_single)) {
        assert_eq(stop_single, end, "f32 '%.60s': %a, expected %a", text, (double) single,
                  (double) want_single);
        assert_bytes_eq(&single, &want_single, sizeof single, "f32 '%.60s': %a, expected %a", text,
                        (double) single, (double) want_single);
    } else {
        cr_assert_null(stop_single, "f32 '%.60s' overflows", text);
    }
}

Test(number, forms)
{
    const char *const texts[] = {
        "0",       "-0",      "+0",      "0.0",     "-0.0e-5", "1",      "-1",     "+1",
        "12.5",    ".5",      "5.",      "-.5",     "1e5",     "1E5",    "1e+5",   "1e-5",
        "1.e3",    "00012",   "0e999",   "0e-999",  "1e22",    "1e23",   "1e-22",  "1e-23",
        "0.1",     "0.3",     "1e-400",  "1e400",   "-1e400",  "1e39",   "3.5e38", "3.4028235e38",
        "1e-45",   "7e-46",   "1e-46",   "1e308",   "2e308",   "5e-324", "2e-324", "123456789012",
        "1e00005", "1e-0003", "1e99999", "1e-9999", "0x",      "1e",     "1e+",    "1e-",
        "1ex",     "1.5.5",   "1-2",     "1,5",     "1;",      "1 2",    "1_000",  "1f"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        check(texts[i]);
    }
}

Test(number, refused)
{
    const char *const texts[] = {"",    "-",   "+",   ".",   "-.",       "e5",
                                 ".e5", "abc", "--1", "+-1", "inf",      "-inf",
                                 "nan", "NA",  " 1",  "\t1", "infinity", "\342\210\2221"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        double value;
        float single;
        cr_assert_null(lnt_number_f64(&reader, texts[i], &value), "'%s'", texts[i]);
        cr_assert_null(lnt_number_f32(&reader, texts[i], &single), "'%s'", texts[i]);
        check_quick(texts[i]);
    }
}

Test(number, hexadecimal_ends_at_the_x)
{
    const char *const text = "0x1p3";
    double value;
    assert_eq(lnt_number_f64(&reader, text, &value), text + 1);
    assert_eq(value, 0.0);
}

Test(number, like)
{
    static const struct {
        const char *text;
        bool like;
    } cases[] = {{"1", true},         {"-1.5e3", true}, {"1e999", true},  {"inf", true},
                 {"-Infinity", true}, {"+INF", true},   {"1x", false},    {"", false},
                 {"infinit", false},  {"0x10", false},  {"nan", false},   {"-", false},
                 {"1e", false},       {"abc", false},   {"--inf", false}, {"1 ", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_eq(lnt_number_like(cases[i].text, strlen(cases[i].text)), cases[i].like, "'%s'",
                  cases[i].text);
    }
    cr_assert(lnt_number_like("inf,", 3), "only the given bytes count");
}

Test(number, dtype_chooses_the_precision)
{
    float single;
    double value;
    cr_assert_not_null(lnt_number_read(&reader, LNT_F32, "0.1", &single));
    cr_assert_not_null(lnt_number_read(&reader, LNT_F64, "0.1", &value));
    assert_eq(single, (float) 0.1);
    assert_eq(value, 0.1);
}

/* --- 1.5 million random texts --- */

static double random_double(lnt_random *random)
{
    const uint64_t bits = lnt_random_u64(random);
    double value;
    memcpy(&value, &bits, sizeof value);
    return isfinite(value) ? value : 1.5;
}

static float random_float(lnt_random *random)
{
    const uint32_t bits = lnt_random_u32(random);
    float value;
    memcpy(&value, &bits, sizeof value);
    return isfinite(value) ? value : 1.5f;
}

static double around_one(lnt_random *random)
{
    return (lnt_random_uniform(random) - 0.5) *
           pow(10, (double) lnt_random_bounded(random, 12) - 4);
}

enum { TEXT = 1600 };

static void shortest_float(lnt_random *random, char text[TEXT])
{
    snprintf(text, TEXT, "%.9g", (double) random_float(random));
}

static void shortest_double(lnt_random *random, char text[TEXT])
{
    snprintf(text, TEXT, "%.17g", random_double(random));
}

static void usual(lnt_random *random, char text[TEXT])
{
    snprintf(text, TEXT, "%.*g", 1 + (int) lnt_random_bounded(random, 19), around_one(random));
}

static void usual_fixed(lnt_random *random, char text[TEXT])
{
    snprintf(text, TEXT, "%.*f", (int) lnt_random_bounded(random, 24), around_one(random));
}

static void digits_and_exponent(lnt_random *random, char text[TEXT])
{
    const uint64_t digits = lnt_random_u64(random) >> lnt_random_bounded(random, 64);
    snprintf(text, TEXT, "%" PRIu64 "e%d", digits, (int) lnt_random_bounded(random, 90) - 50);
}

static void any_exponent(lnt_random *random, char text[TEXT])
{
    const uint64_t digits = lnt_random_u64(random) >> lnt_random_bounded(random, 64);
    snprintf(text, TEXT, "%" PRIu64 "e%d", digits, (int) lnt_random_bounded(random, 700) - 370);
}

/* Exactly between two floats, or a hair beside it. */
static void float_midpoint(lnt_random *random, char text[TEXT])
{
    const float value = random_float(random);
    const double middle = ((double) value + (double) nextafterf(value, INFINITY)) / 2;
    int length = snprintf(text, TEXT - 40, "%.*e", 60, middle);
    if (lnt_random_bounded(random, 3) == 0) {
        length = snprintf(text, TEXT - 40, "%.*f", 20, middle);
    }
    char *const exponent = memchr(text, 'e', (size_t) length);
    if (exponent == NULL && lnt_random_bounded(random, 2) == 0) {
        snprintf(text + length, 40, "00000000000000000001");
    }
}

/* The decimal expansion of the middle of two doubles, by long double where that has the bits. */
static void double_midpoint(lnt_random *random, char text[TEXT])
{
    const double value = ldexp((double) ((lnt_random_u64(random) >> 11) | (UINT64_C(1) << 52)),
                               (int) lnt_random_bounded(random, 160) - 120);
    const long double middle = ((long double) value + (long double) nextafter(value, INFINITY)) / 2;
    const int length = snprintf(text, TEXT - 40, "%.*Lf", 130, middle);
    static const char *const tails[] = {"", "0", "1", "00000000001"};
    snprintf(text + length, 40, "%s", tails[lnt_random_bounded(random, 4)]);
}

static void subnormal(lnt_random *random, char text[TEXT])
{
    if (lnt_random_bounded(random, 2) == 0) {
        const double value = ldexp((double) (lnt_random_u64(random) >> 12), -1074);
        snprintf(text, TEXT, "%.*e", 17 + (int) lnt_random_bounded(random, 5), value);
    } else {
        const double value =
            ldexp(lnt_random_uniform(random), -126 - (int) lnt_random_bounded(random, 26));
        snprintf(text, TEXT, "%.*e", (int) lnt_random_bounded(random, 20), value);
    }
}

static void long_digits(lnt_random *random, char text[TEXT])
{
    const size_t before = (size_t) lnt_random_bounded(random, 40),
                 after = (size_t) lnt_random_bounded(random, 800);
    size_t length = 0;
    for (size_t i = 0; i < before; i++) {
        text[length++] = (char) ('0' + (int) lnt_random_bounded(random, 10));
    }
    text[length++] = '.';
    const uint64_t zeros = lnt_random_bounded(random, 30);
    for (size_t i = 0; i < after + 1; i++) {
        text[length++] = i < zeros ? '0' : (char) ('0' + (int) lnt_random_bounded(random, 10));
    }
    snprintf(text + length, TEXT - length, "e%d", (int) lnt_random_bounded(random, 60) - 30);
}

/* Bytes that numbers are made of, in any order. */
static void noise(lnt_random *random, char text[TEXT])
{
    static const char bytes[] = "00123456789..eE+-x ,";
    size_t length = 0;
    text[length++] = (char) ('0' + (int) lnt_random_bounded(random, 10));
    const size_t count = (size_t) lnt_random_bounded(random, 12);
    for (size_t i = 0; i < count; i++) {
        text[length++] = bytes[lnt_random_bounded(random, sizeof bytes - 1)];
    }
    text[length] = '\0';
    /* strtod reads hexadecimal numbers, which are refused here on purpose. */
    char *const x = strchr(text, 'x');
    if (x != NULL) {
        *x = ' ';
    }
}

static void (*const shapes[])(lnt_random *random, char text[TEXT]) = {
    shortest_float,      shortest_double, usual,          usual_fixed,
    digits_and_exponent, any_exponent,    float_midpoint, double_midpoint,
    subnormal,           long_digits,     noise};

enum { N_SHAPES = sizeof shapes / sizeof shapes[0], REPETITIONS = 100000 };

Test(number, agrees_with_the_c_library, .timeout = 110)
{
    static char text[TEXT];
    for (size_t shape = 0; shape < N_SHAPES; shape++) {
        lnt_random random = lnt_random_init(7, 1000 + shape);
        for (int i = 0; i < REPETITIONS; i++) {
            shapes[shape](&random, text);
            check(text);
        }
    }
}

/* Decimal numbers exactly between two floats, where the quick way must give up. */
Test(number, ties_of_short_numbers)
{
    lnt_random random = lnt_random_init(9, 1);
    char text[64];
    for (int i = 0; i < 20000; i++) {
        const uint64_t odd = 2 * (lnt_random_bounded(&random, 1 << 23) + (1 << 23)) + 1;
        snprintf(text, sizeof text, "%" PRIu64, odd << lnt_random_bounded(&random, 20));
        check(text);
        snprintf(text, sizeof text, "%.8f", (double) odd / 256);
        check(text);
        snprintf(text, sizeof text, "%.8f1", (double) odd / 256);
        check(text);
    }
}

Test(number, very_long_digit_strings)
{
    enum { LENGTH = 200000 };
    char *const text = malloc(LENGTH + 32);
    cr_assert_not_null(text);
    memset(text, '0', LENGTH);
    snprintf(text + LENGTH, 32, "1.5");
    check(text);
    text[1] = '.';
    snprintf(text + LENGTH, 32, "15e%d", LENGTH);
    check(text);
    memset(text, '9', LENGTH);
    snprintf(text + LENGTH, 32, "e-%d", LENGTH);
    check(text);
    snprintf(text + LENGTH, 32, "e-%d", LENGTH + 320);
    check(text);
    free(text);
}

Test(number, huge_exponents_do_not_wrap)
{
    check("1e99999999999999999999999999");
    check("1e-99999999999999999999999999");
    check("0.0000001e9223372036854775807");
    check("0e99999999999999999999999999");
}

/* --- writing --- */

static void check_written(lnt_dtype dtype, double value, const char *want)
{
    char text[LNT_NUMBER_LENGTH];
    lnt_number_write(&reader, dtype, value, text);
    assert_str_eq(text, want);
}

Test(number, written_short)
{
    check_written(LNT_F64, 3, "3");
    check_written(LNT_F64, -12, "-12");
    check_written(LNT_F64, 0, "0");
    check_written(LNT_F64, 0.1, "0.1");
    check_written(LNT_F64, 0.1 + 0.2, "0.30000000000000004");
    check_written(LNT_F64, 1e100, "1e+100");
    check_written(LNT_F64, 999999999999999, "999999999999999");
    check_written(LNT_F64, 1.0 / 3, "0.3333333333333333");
    check_written(LNT_F32, (double) (float) 0.1, "0.1");
    check_written(LNT_F32, (double) (float) (1.0 / 3), "0.33333334");
    check_written(LNT_F32, 16777216, "16777216");
}

Test(number, written_reads_back)
{
    lnt_random random = lnt_random_init(8, 1);
    char text[LNT_NUMBER_LENGTH];
    for (int i = 0; i < 20000; i++) {
        const double value = random_double(&random);
        double again;
        lnt_number_write(&reader, LNT_F64, value, text);
        cr_assert_not_null(lnt_number_f64(&reader, text, &again));
        assert_bytes_eq(&again, &value, sizeof value, "'%s' for %a", text, value);
        const float single = random_float(&random);
        float single_again;
        lnt_number_write(&reader, LNT_F32, (double) single, text);
        cr_assert_not_null(lnt_number_f32(&reader, text, &single_again));
        assert_bytes_eq(&single_again, &single, sizeof single, "'%s' for %a", text,
                        (double) single);
    }
}

Test(number, no_locale_matters)
{
    static const char *const locales[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8"};
    bool found = false;
    for (size_t i = 0; i < sizeof locales / sizeof locales[0] && !found; i++) {
        found = setlocale(LC_ALL, locales[i]) != NULL;
    }
    if (!found) {
        cr_skip("no locale with a decimal comma is installed");
    }
    const char *const text = "1.5e-30,7";
    double value;
    assert_eq(lnt_number_f64(&reader, text, &value), text + 7);
    assert_eq(value, 1.5e-30);
    check_written(LNT_F64, 0.25, "0.25");
}
