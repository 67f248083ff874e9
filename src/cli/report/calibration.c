/* SPDX-License-Identifier: MIT */
#include "cli/report/chart.h"
#include "cli/report/classes.h"

#include <math.h>
#include <stdio.h>

#define BINS 10
#define TOP 26
#define BOTTOM 236
#define BARS_TOP 284
#define BARS_BOTTOM 330
#define HEIGHT 336

/* Answers whose probability was said to be in one tenth. */
typedef struct tenth {
    size_t rows;
    size_t true_rows;
    double sum; /* of the probabilities */
} tenth;

static void add(tenth bins[BINS], double probability, bool is_true)
{
    if (probability >= 0 && probability <= 1) {
        const int b = (int) fmin(BINS * probability, BINS - 1);
        bins[b].rows++;
        bins[b].true_rows += is_true;
        bins[b].sum += probability;
    }
}

/* Several classes: the one chosen; two: the second; questions of their own: each. */
static void fill(tenth bins[BINS], const lnt_cli_html_report *report, size_t n)
{
    const lnt_tensor *y = report->y;
    for (size_t i = 0; i < y->rows; i++) {
        if (n == 0) {
            for (size_t j = 0; j < y->cols; j++) {
                add(bins, lnt_tensor_get(report->prediction, i, j), lnt_tensor_get(y, i, j) > 0.5);
            }
            continue;
        }
        const size_t c = n == 2 ? 1 : lnt_html_predicted(report, i, n);
        add(bins, lnt_html_probability(report, i, c), lnt_tensor_get(y, i, 0) == (double) c);
    }
}

/* Expected calibration error: mean distance of probability and share. */
static double expected_error(const tenth bins[BINS], size_t *rows)
{
    double sum = 0;
    *rows = 0;
    for (size_t b = 0; b < BINS; b++) {
        sum += fabs(bins[b].sum - (double) bins[b].true_rows);
        *rows += bins[b].rows;
    }
    return *rows > 0 ? sum / (double) *rows : NAN;
}

/* 95 % interval of a share; Wilson, JASA 22 (1927). */
static void interval(const tenth *bin, double *low, double *high)
{
    const double z = 1.96, n = (double) bin->rows, p = (double) bin->true_rows / n;
    const double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
    const double half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    *low = middle - half;
    *high = middle + half;
}

static void put_bins(lnt_html *html, const tenth bins[BINS], const lnt_html_axis *x,
                     const lnt_html_axis *y)
{
    bool drawing = false;
    lnt_html_put(html, "<path class=\"line s0\" d=\"");
    for (size_t b = 0; b < BINS; b++) {
        if (bins[b].rows > 0) {
            lnt_html_put(html, "%c%.1f %.1f", drawing ? 'L' : 'M',
                         lnt_html_axis_at(x, bins[b].sum / (double) bins[b].rows),
                         lnt_html_axis_at(y, (double) bins[b].true_rows / (double) bins[b].rows));
            drawing = true;
        }
    }
    lnt_html_put(html, "\"/>\n");
    for (size_t b = 0; b < BINS; b++) {
        if (bins[b].rows == 0) {
            continue;
        }
        double low, high;
        interval(&bins[b], &low, &high);
        const double n = (double) bins[b].rows, said = bins[b].sum / n;
        const double share = (double) bins[b].true_rows / n, place = lnt_html_axis_at(x, said);
        lnt_html_put(html,
                     "<path class=\"whisker\" d=\"M%.1f %.1fV%.1f\"/><circle class=\"s0 dot\" "
                     "cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\"><title>predicted: %.3f\n"
                     "observed: %.3f (%zu of %zu)</title></circle>\n",
                     place, lnt_html_axis_at(y, low), lnt_html_axis_at(y, high), place,
                     lnt_html_axis_at(y, share), said, share, bins[b].true_rows, bins[b].rows);
    }
}

/* How many answers each tenth has. */
static void put_bars(lnt_html *html, const tenth bins[BINS], const lnt_html_axis *x)
{
    size_t most = 1;
    for (size_t b = 0; b < BINS; b++) {
        most = bins[b].rows > most ? bins[b].rows : most;
    }
    lnt_html_put(html, "<g class=\"bars\">\n");
    for (size_t b = 0; b < BINS; b++) {
        const double left = lnt_html_axis_at(x, (double) b / BINS);
        const double right = lnt_html_axis_at(x, (double) (b + 1) / BINS);
        const double size = (BARS_BOTTOM - BARS_TOP) * (double) bins[b].rows / (double) most;
        const double height = bins[b].rows > 0 ? fmax(size, 1) : 0;
        lnt_html_put(html,
                     "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>from %.1f "
                     "to %.1f: %zu</title></rect>\n",
                     left + 1, BARS_BOTTOM - height, right - left - 2, height, (double) b / BINS,
                     (double) (b + 1) / BINS, bins[b].rows);
    }
    lnt_html_put(html, "</g>\n<path class=\"ticks\" d=\"M%.1f %dH%.1f\"/>\n", x->from, BARS_BOTTOM,
                 x->to);
}

void lnt_html_calibration_put(lnt_html *html, const lnt_cli_html_report *report, size_t n)
{
    tenth bins[BINS] = {{0, 0, 0}};
    size_t rows;
    fill(bins, report, n);
    const double error = expected_error(bins, &rows);
    if (rows == 0) {
        return;
    }
    char note[300];
    snprintf(note, sizeof note,
             "Observed frequency by predicted probability%s. On the diagonal the probabilities are "
             "calibrated; below it the model is overconfident. Expected calibration error %.3f. "
             "Whiskers are 95 %% intervals; bars show the number of rows.",
             n > 2 ? " of the predicted class" : "", error);
    lnt_html_axis x = lnt_html_axis_exact(0, 1, false, 5), y = x;
    x.from = 42;
    x.to = LNT_HTML_CHART_WIDTH - 16;
    y.from = BOTTOM;
    y.to = TOP;
    lnt_html_figure_begin(html, "calibration", "", "Calibration", note);
    lnt_html_drawing_begin(html, "calibration", "Reliability diagram", HEIGHT);
    lnt_html_axes_put(html, &x, &y, "predicted probability", "observed frequency");
    lnt_html_put(html, "<path class=\"ideal\" d=\"M%.1f %.1fL%.1f %.1f\"/>\n", x.from, y.from, x.to,
                 y.to);
    put_bins(html, bins, &x, &y);
    put_bars(html, bins, &x);
    lnt_html_drawing_end(html);
    lnt_html_figure_end(html);
}
