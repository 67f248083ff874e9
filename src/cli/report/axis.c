/* SPDX-License-Identifier: MIT */
#include "cli/report/axis.h"

#include "base/text/escaped.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define LOG_FROM 20.0 /* highest over lowest number */
#define LARGEST 1e300 /* differences stay finite */
#define LEAST 1e-290  /* powers of ten below lose digits */

static const double round_numbers[] = {1, 2, 5};

/* The least 1, 2 or 5 times a power of ten that is not below `size`. */
static double round_up(double size)
{
    const double power = pow(10, floor(log10(size)));
    for (size_t i = 0; i < 3; i++) {
        if (round_numbers[i] * power >= size * (1 - 1e-9)) {
            return round_numbers[i] * power;
        }
    }
    return 10 * power;
}

static double round_down(double size)
{
    const double power = pow(10, floor(log10(size) + 1e-9));
    for (size_t i = 2; i > 0; i--) {
        if (round_numbers[i] * power <= size * (1 + 1e-9)) {
            return round_numbers[i] * power;
        }
    }
    return power;
}

static double step_of(double low, double high, bool whole, size_t most)
{
    const double step = round_up(fmax((high - low) / (double) most, DBL_MIN));
    return whole && step < 1 ? 1 : step;
}

/* Ticks at the multiples of `step`. */
static void place_ticks(lnt_html_axis *axis, double step)
{
    const double slack = 1e-6 * step;
    const double first = ceil((axis->low - slack) / step), last = (axis->high + slack) / step;
    axis->n_ticks = 0;
    for (double k = first; k <= last && axis->n_ticks < LNT_HTML_TICKS_MAX; k++) {
        axis->ticks[axis->n_ticks++] = k == 0 ? 0 : k * step;
    }
    const double largest = fmax(fabs(axis->low), fabs(axis->high));
    const double decimals = fmax(0, -floor(log10(step) + 1e-9));
    axis->decimals = largest >= 1e6 || decimals > 5 ? -1 : (int) decimals;
}

lnt_html_axis lnt_html_axis_exact(double low, double high, bool whole, size_t most)
{
    lnt_html_axis axis = {.low = low, .high = high};
    place_ticks(&axis, step_of(low, high, whole, most));
    return axis;
}

static lnt_html_axis linear(double low, double high, size_t most)
{
    const double largest = fmax(fabs(low), fabs(high));
    if (high - low <= 1e-9 * largest || largest < LEAST) {
        const double pad = largest < LEAST ? 0.5 : 0.1 * largest;
        low -= pad;
        high += pad;
    }
    const double step = step_of(low, high, false, most);
    lnt_html_axis axis = {.low = step * floor(low / step + 1e-9),
                          .high = step * ceil(high / step - 1e-9)};
    place_ticks(&axis, step);
    return axis;
}

static lnt_html_axis logarithmic(double low, double high, size_t most)
{
    lnt_html_axis axis = {
        .low = round_down(low), .high = round_up(high), .log = true, .decimals = -1};
    const double decades = log10(axis.high) - log10(axis.low);
    const double stride = fmax(1, ceil(decades / (double) most));
    const size_t parts = 3 * decades <= (double) most ? 3 : 1;
    for (double k = floor(log10(axis.low)); pow(10, k) <= axis.high * (1 + 1e-9); k += stride) {
        for (size_t i = 0; i < parts; i++) {
            const double tick = round_numbers[i] * pow(10, k);
            if (tick >= axis.low * (1 - 1e-9) && tick <= axis.high * (1 + 1e-9) &&
                axis.n_ticks < LNT_HTML_TICKS_MAX) {
                axis.ticks[axis.n_ticks++] = tick;
            }
        }
    }
    return axis;
}

lnt_html_axis lnt_html_axis_of(const double *values, size_t count, bool may_log, size_t most)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        if (isfinite(values[i])) {
            low = fmin(low, fmax(values[i], -LARGEST));
            high = fmax(high, fmin(values[i], LARGEST));
        }
    }
    if (low > high) {
        return lnt_html_axis_exact(0, 1, false, most);
    }
    return may_log && low > LEAST && high / low > LOG_FROM ? logarithmic(low, high, most)
                                                           : linear(low, high, most);
}

double lnt_html_axis_at(const lnt_html_axis *axis, double value)
{
    const double inside = fmin(fmax(value, axis->low), axis->high);
    const double part = axis->log
                            ? (log(inside) - log(axis->low)) / (log(axis->high) - log(axis->low))
                            : (inside - axis->low) / (axis->high - axis->low);
    return axis->from + part * (axis->to - axis->from);
}

const char *lnt_html_axis_label(const lnt_html_axis *axis, size_t i, char text[LNT_HTML_NUMBER_MAX])
{
    const double tick = axis->ticks[i];
    if (axis->decimals >= 0) {
        char plain[LNT_HTML_NUMBER_MAX];
        snprintf(plain, sizeof plain, "%.*f", axis->decimals, fabs(tick));
        snprintf(text, LNT_HTML_NUMBER_MAX, "%s%.40s", tick < 0 ? "−" : "", plain);
        return text;
    }
    if (axis->log && tick >= 1e-4 * 0.999 && tick < 1e6) {
        snprintf(text, LNT_HTML_NUMBER_MAX, "%.*f", (int) fmax(0, -floor(log10(tick) + 1e-9)),
                 tick);
        return text;
    }
    for (int digits = 1; digits < 9; digits++) {
        const double step =
            axis->n_ticks > 1 && !axis->log ? axis->ticks[1] - axis->ticks[0] : tick;
        char plain[LNT_HTML_NUMBER_MAX];
        double back = 0;
        snprintf(plain, sizeof plain, "%.*e", digits - 1, tick);
        if (sscanf(plain, "%lf", &back) == 1 && fabs(back - tick) <= 0.01 * fabs(step)) {
            return lnt_html_number(back, digits, text);
        }
    }
    return lnt_html_number(tick, 9, text);
}

size_t lnt_html_axis_width(const lnt_html_axis *axis)
{
    size_t widest = 1;
    for (size_t i = 0; i < axis->n_ticks; i++) {
        char text[LNT_HTML_NUMBER_MAX];
        const size_t width = lnt_escaped_width(lnt_html_axis_label(axis, i, text));
        widest = width > widest ? width : widest;
    }
    return widest;
}
