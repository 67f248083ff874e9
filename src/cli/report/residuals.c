/* SPDX-License-Identifier: MIT */
#include "cli/report/chart.h"
#include "cli/report/targets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define HEIGHT 330
#define TOP 26
#define BOTTOM 286
#define BINS_LEAST 8
#define BINS_MOST 40
#define FAR 5 /* quartile distances beyond which errors count in the outermost bar */

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

/* The finite errors, sorted; their number. */
static size_t collect(const lnt_cli_html_report *report, size_t target, double *errors)
{
    size_t count = 0;
    for (size_t i = 0; i < report->y->rows; i++) {
        const double error =
            lnt_tensor_get(report->prediction, i, target) - lnt_tensor_get(report->y, i, target);
        if (isfinite(error)) {
            errors[count++] = error;
        }
    }
    qsort(errors, count, sizeof *errors, by_size);
    return count;
}

/* Bars from low to high, as wide as Freedman and Diaconis (1981) say. */
typedef struct histogram {
    double low;
    double width;
    size_t n;
    double rows[BINS_MOST];
} histogram;

static histogram count_bars(const double *errors, size_t count)
{
    const double q1 = errors[count / 4], q3 = errors[3 * (count - 1) / 4], spread = q3 - q1;
    double low = errors[0], high = errors[count - 1];
    if (spread > 0) {
        low = fmax(low, q1 - FAR * spread);
        high = fmin(high, q3 + FAR * spread);
    }
    if (high - low <= 1e-9 * fmax(fabs(low), fabs(high))) { /* equal, but for rounding */
        const double pad = low == 0 ? 0.5 : 0.1 * fabs(low);
        low -= pad;
        high += pad;
    }
    const double width = 2 * spread / cbrt((double) count);
    const double wanted = width > 0 ? ceil((high - low) / width) : BINS_LEAST;
    histogram bars = {.low = low, .n = (size_t) fmin(fmax(wanted, BINS_LEAST), BINS_MOST)};
    bars.width = (high - low) / (double) bars.n;
    for (size_t i = 0; i < count; i++) {
        const double place = fmin(fmax((errors[i] - low) / bars.width, 0), (double) bars.n - 1);
        bars.rows[(size_t) place]++;
    }
    return bars;
}

static void put_bars(lnt_html *html, const histogram *bars, const lnt_html_axis *x,
                     const lnt_html_axis *y)
{
    lnt_html_put(html, "<g class=\"bars\">\n");
    for (size_t b = 0; b < bars->n; b++) {
        const double from = bars->low + (double) b * bars->width;
        const double left = lnt_html_axis_at(x, from);
        const double right = lnt_html_axis_at(x, from + bars->width);
        const double top = lnt_html_axis_at(y, bars->rows[b]);
        char one[LNT_HTML_NUMBER_MAX], other[LNT_HTML_NUMBER_MAX];
        lnt_html_put(html,
                     "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>from %s to "
                     "%s: %.0f</title></rect>\n",
                     left + 0.5, top, fmax(right - left - 1, 0.5), y->from - top,
                     lnt_html_number(from, 3, one), lnt_html_number(from + bars->width, 3, other),
                     bars->rows[b]);
    }
    lnt_html_put(html, "</g>\n");
}

static void put_drawing(lnt_html *html, const lnt_cli_html_report *report, size_t target,
                        const histogram *bars)
{
    char id[40], room[24], title[160];
    double most[] = {0, 1};
    for (size_t b = 0; b < bars->n; b++) {
        most[1] = fmax(most[1], bars->rows[b]);
    }
    lnt_html_axis y = lnt_html_axis_of(most, 2, false, 5);
    y.from = BOTTOM;
    y.to = TOP;
    lnt_html_axis x =
        lnt_html_axis_exact(bars->low, bars->low + bars->width * (double) bars->n, false, 5);
    x.from = 14 + LNT_HTML_CHARACTER * (double) lnt_html_axis_width(&y);
    x.to = LNT_HTML_CHART_WIDTH - 6 - LNT_HTML_CHARACTER / 2 * (double) lnt_html_axis_width(&x);
    snprintf(id, sizeof id, "residuals-%zu", target);
    snprintf(title, sizeof title, "%.120s: errors", lnt_html_target_name(report, target, room));
    lnt_html_figure_begin(html, id, "", title,
                          "Predicted minus true. The outermost bars include all larger errors.");
    lnt_html_drawing_begin(html, id, title, HEIGHT);
    lnt_html_axes_put(html, &x, &y, "predicted − true", "rows");
    put_bars(html, bars, &x, &y);
    if (x.low < 0 && x.high > 0) {
        const double zero = lnt_html_axis_at(&x, 0);
        lnt_html_put(html, "<path class=\"ideal\" d=\"M%.1f %.1fV%.1f\"/>\n", zero, y.from, y.to);
    }
    lnt_html_drawing_end(html);
    lnt_html_figure_end(html);
}

lnt_status lnt_html_residuals_put(lnt_html *html, const lnt_cli_html_report *report, size_t target)
{
    double *errors = calloc(report->y->rows + 1, sizeof *errors);
    if (errors == NULL) {
        return LNT_ERR_MEMORY;
    }
    const size_t count = collect(report, target, errors);
    if (count > 0) {
        const histogram bars = count_bars(errors, count);
        put_drawing(html, report, target, &bars);
    }
    free(errors);
    return LNT_OK;
}
