/* SPDX-License-Identifier: MIT */
#include "cli/report/chart.h"
#include "cli/report/targets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define HEIGHT 330
#define TOP 26
#define BOTTOM 286
#define POINTS_MOST 2000
#define POINTABLE_MOST 250 /* points that tell their numbers */
#define TOGETHER 100       /* points in a path: where paths overlap the colour deepens */

static void put_points(lnt_html *html, const lnt_cli_html_report *report, size_t target,
                       const lnt_html_axis *x, const lnt_html_axis *y)
{
    const size_t rows = report->y->rows, shown = rows < POINTS_MOST ? rows : POINTS_MOST;
    const bool pointable = shown <= POINTABLE_MOST;
    for (size_t k = 0; k < shown; k++) {
        const size_t i = k * rows / shown;
        const double truth = lnt_tensor_get(report->y, i, target);
        const double predicted = lnt_tensor_get(report->prediction, i, target);
        const double left = lnt_html_axis_at(x, truth), top = lnt_html_axis_at(y, predicted);
        if (pointable && isfinite(truth) && isfinite(predicted)) {
            char a[LNT_HTML_NUMBER_MAX], b[LNT_HTML_NUMBER_MAX];
            lnt_html_put(html,
                         "<circle class=\"s0 point\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>true: "
                         "%s\npredicted: %s</title></circle>\n",
                         left, top, lnt_html_number(truth, 5, a), lnt_html_number(predicted, 5, b));
        }
        if (!pointable) {
            lnt_html_put(html, k % TOGETHER == 0 ? "<path class=\"points s0\" d=\"" : "");
            if (isfinite(truth) && isfinite(predicted)) {
                lnt_html_put(html, "M%.1f %.1fh0", left, top);
            }
            lnt_html_put(html, k % TOGETHER == TOGETHER - 1 || k + 1 == shown ? "\"/>\n" : "");
        }
    }
}

static void heading(const lnt_cli_html_report *report, size_t target, char *note, size_t size)
{
    const size_t rows = report->y->rows;
    char sample[64] = "";
    if (rows > POINTS_MOST) {
        snprintf(sample, sizeof sample, " %d of the %zu rows are drawn.", POINTS_MOST, rows);
    }
    const size_t missing = rows - lnt_html_errors_of(report, target).rows;
    char lost[64] = "";
    if (missing > 0) {
        snprintf(lost, sizeof lost, " %zu rows are not finite.", missing);
    }
    snprintf(note, size, "Perfect predictions lie on the dashed line.%s%s", sample, lost);
}

void lnt_html_scatter_put(lnt_html *html, const lnt_cli_html_report *report, size_t target)
{
    const size_t rows = report->y->rows;
    double *all = calloc(2 * rows + 1, sizeof *all);
    if (all == NULL) {
        html->failed = true;
        return;
    }
    for (size_t i = 0; i < rows; i++) {
        all[i] = lnt_tensor_get(report->y, i, target);
        all[rows + i] = lnt_tensor_get(report->prediction, i, target);
    }
    lnt_html_axis y = lnt_html_axis_of(all, 2 * rows, false, 6);
    free(all);
    lnt_html_axis x = y;
    const double label = (double) lnt_html_axis_width(&y);
    x.from = 14 + LNT_HTML_CHARACTER * label;
    x.to = LNT_HTML_CHART_WIDTH - 6 - LNT_HTML_CHARACTER / 2 * label;
    y.from = BOTTOM;
    y.to = TOP;
    char id[40], room[24], title[160], note[240];
    snprintf(id, sizeof id, "scatter-%zu", target);
    snprintf(title, sizeof title, "%.120s: predicted and true",
             lnt_html_target_name(report, target, room));
    heading(report, target, note, sizeof note);
    lnt_html_figure_begin(html, id, "", title, note);
    lnt_html_drawing_begin(html, id, title, HEIGHT);
    lnt_html_axes_put(html, &x, &y, "true", "predicted");
    lnt_html_put(html, "<path class=\"ideal\" d=\"M%.1f %.1fL%.1f %.1f\"/>\n", x.from, y.from, x.to,
                 y.to);
    put_points(html, report, target, &x, &y);
    lnt_html_drawing_end(html);
    lnt_html_figure_end(html);
}
