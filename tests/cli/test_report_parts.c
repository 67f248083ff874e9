/* SPDX-License-Identifier: MIT */
/* Parts of the report that a run of the command can hardly reach: odd texts and odd numbers. */
#include "cli/report/axis.h"
#include "cli/report/chart.h"
#include "cli/report/targets.h"
#include "cli/report/text.h"

#include "support/assert.h"
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void expect_escaped(const char *text, size_t most, const char *expected)
{
    lnt_html html = {0};
    lnt_html_escape_short(&html, text, most);
    assert_str_eq(html.text, expected);
    lnt_html_finish(&html);
}

Test(report_parts, texts_are_escaped)
{
    expect_escaped("<a href=\"x\">&'", 99, "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
    expect_escaped("a\001b\tc", 99, "a\\x01b\\tc");
    expect_escaped("\xC3\xA4\xFF\xC3|", 99, "\xC3\xA4\\xff\\xc3|");
    expect_escaped("\xED\xA0\x80", 99, "\\xed\\xa0\\x80"); /* surrogate */
    expect_escaped("\xC0\xBC", 99, "\\xc0\\xbc");          /* "<" in two bytes */
    expect_escaped("\xF8\x88\x80\x80\x80", 99, "\\xf8\\x88\\x80\\x80\\x80");
    expect_escaped("\xF4\x90\x80\x80", 99, "\\xf4\\x90\\x80\\x80"); /* above U+10FFFF */
    expect_escaped("\xE2\x82", 99, "\\xe2\\x82");                   /* cut off */
    expect_escaped("a\x1b[31m\r\n\x7f", 99, "a\\x1b[31m\\r\\n\\x7f");
    expect_escaped("\u202Eabc\u202C\xC2\x85\xC2\x9B", 99, "\\u202eabc\\u202c\\u0085\\u009b");
    expect_escaped("\uFEFF\u2028\u2066\u061C\u200B\U000E0041\uFFFE", 99,
                   "\\ufeff\\u2028\\u2066\\u061c\\u200b\\U000e0041\\ufffe");
    expect_escaped("\u05D0\u200D\u4E2D\U0001F600\uFFFD", 99, "\u05D0\u200D\u4E2D\U0001F600\uFFFD");
    expect_escaped("äöüß", 4, "äöüß");
    expect_escaped("äöüß<", 4, "äöü…");
    expect_escaped("ab\u202Ec", 8, "ab…"); /* an escape sequence is shown whole or not at all */
}

Test(report_parts, numbers)
{
    static const struct {
        double value;
        const char *text;
    } rows[] = {{0, "0"},           {0.25, "0.25"},       {-1.5, "−1.5"},
                {1e-7, "1e−7"},     {1.25e20, "1.25e20"}, {123456, "123456"},
                {1e-300, "1e−300"}, {-1e100, "−1e100"},   {NAN, "–"},
                {INFINITY, "∞"},    {-INFINITY, "−∞"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[LNT_HTML_NUMBER_MAX];
        assert_str_eq(lnt_html_number(rows[i].value, 4, text), rows[i].text);
    }
    char text[LNT_HTML_NUMBER_MAX];
    assert_str_eq(lnt_html_count(9999, text), "9999");
    assert_str_eq(lnt_html_count(1234567, text), "1\u202F234\u202F567");
}

/* A number of any size and sign, or none at all. */
static double odd_number(uint64_t *state, int kind)
{
    double value;
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    const uint64_t bits = *state ^ *state >> 31u;
    memcpy(&value, &bits, sizeof value);
    switch (kind) {
    case 0:
        return value;
    case 1:
        return DBL_TRUE_MIN * (double) (bits % 3);
    case 2:
        return 1e6 + 1e-9 * (double) (bits % 3);
    default:
        return ldexp((double) (bits % 1000), (int) (bits >> 20u & 31) - 20);
    }
}

static void check_axis(const double values[3], bool may_log)
{
    lnt_html_axis axis = lnt_html_axis_of(values, 3, may_log, 5);
    axis.from = 200;
    axis.to = 20;
    assert_gt(axis.high, axis.low, "%g %g %g", values[0], values[1], values[2]);
    assert_gt(axis.n_ticks, 0, "%g %g %g", values[0], values[1], values[2]);
    assert_le(axis.n_ticks, LNT_HTML_TICKS_MAX, "%g %g %g", values[0], values[1], values[2]);
    for (size_t i = 0; i < 3; i++) {
        const double at = lnt_html_axis_at(&axis, values[i]);
        if (isfinite(values[i])) {
            assert_gt(at, 19.99, "%g at %g", values[i], at);
            assert_lt(at, 200.01, "%g at %g", values[i], at);
        }
    }
    for (size_t i = 1; i < axis.n_ticks; i++) {
        char text[LNT_HTML_NUMBER_MAX], before[LNT_HTML_NUMBER_MAX];
        assert_str_ne(lnt_html_axis_label(&axis, i, text),
                      lnt_html_axis_label(&axis, i - 1, before));
    }
    assert_le(lnt_html_axis_width(&axis), 14);
}

Test(report_parts, axes_of_any_numbers)
{
    uint64_t state = 1;
    for (int i = 0; i < 20000; i++) {
        double values[3];
        for (size_t k = 0; k < 3; k++) {
            values[k] = odd_number(&state, i % 4);
        }
        check_axis(values, false);
        check_axis(values, true);
    }
}

Test(report_parts, axes_of_no_number_and_of_numbers_far_from_0)
{
    static const double none[] = {(double) NAN, (double) INFINITY, (double) NAN};
    static const double far[] = {1e15, 1e15 + 1e6, 1e15};
    check_axis(none, false);
    const lnt_html_axis axis = lnt_html_axis_of(none, 3, true, 5);
    assert_eq(axis.low, 0);
    assert_eq(axis.high, 1);
    cr_assert(!axis.log);
    check_axis(far, false);
}

static size_t occurrences(const char *text, const char *part)
{
    size_t count = 0;
    for (; (text = strstr(text, part)) != NULL; text++) {
        count++;
    }
    return count;
}

Test(report_parts, what_is_not_finite_is_a_gap)
{
    enum { N = 50 };
    double epochs[N], values[N];
    for (int i = 0; i < N; i++) {
        epochs[i] = i + 1;
        values[i] = i == 10 ? (double) NAN : i == 30 ? (double) INFINITY : 1 + i;
    }
    const lnt_html_line line = {.name = "<line>", .values = values};
    const lnt_html_chart chart = {.id = "c",
                                  .title = "chart",
                                  .quantity = "value",
                                  .lines = &line,
                                  .n_lines = 1,
                                  .epochs = epochs,
                                  .n_epochs = N,
                                  .least = NAN};
    lnt_html html = {0};
    assert_status(lnt_html_chart_put(&html, &chart), LNT_OK);
    const char *path = strstr(html.text, "class=\"line s0");
    cr_assert_not_null(path);
    char d[4096];
    snprintf(d, sizeof d, "%.*s", (int) strcspn(path, ">"), path);
    assert_eq(occurrences(d, "M"), 3);
    assert_eq(occurrences(d, "L"), N - 2 - 3);
    assert_eq(occurrences(html.text, "nan") + occurrences(html.text, "inf"), 0);
    assert_eq(occurrences(html.text, "&lt;line&gt;: ∞"), 1);
    assert_eq(occurrences(html.text, "&lt;line&gt;: –"), 1);
    lnt_html_finish(&html);
}

/* The rule of Freedman and Diaconis: bars of 2 (5 - 2) / cbrt(8), up to 5 quartile distances out.
 */
Test(report_parts, bars_of_errors_are_as_wide_as_quartiles_say)
{
    static const double zeros[8] = {0}, errors[8] = {18.5, 1, 5, -40, 4, 2, 3, 12};
    const lnt_tensor y = lnt_tensor_const_view(LNT_F64, zeros, 8, 1);
    const lnt_tensor prediction = lnt_tensor_const_view(LNT_F64, errors, 8, 1);
    const lnt_model model = lnt_model_init();
    const lnt_cli_html_report report = {.model = &model, .y = &y, .prediction = &prediction};
    lnt_html html = {0};
    assert_status(lnt_html_residuals_put(&html, &report, 0), LNT_OK);
    assert_eq(occurrences(html.text, "<rect"), 11, "%s", html.text);
    assert_eq(occurrences(html.text, "<title>from −13 to −10.1: 1</title>"), 1); /* -40 */
    assert_eq(occurrences(html.text, "<title>from 1.32 to 4.18: 3</title>"), 1);
    assert_eq(occurrences(html.text, "<title>from 15.6 to 18.5: 1</title>"), 1);
    lnt_html_finish(&html);
}
