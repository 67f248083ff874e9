/* SPDX-License-Identifier: MIT */
#include "cli/report/chart.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define HEIGHT 262
#define TOP 26
#define BOTTOM 44   /* for the labels below */
#define COLUMNS 200 /* of a long run, each drawn by its least and its largest number */
#define FEW 30      /* so many epochs have a dot each */
#define BANDS 80    /* places that tell their numbers when pointed at */

static void put_legend(lnt_html *html, const lnt_html_chart *chart)
{
    lnt_html_put(html, "<ul class=\"legend\">\n");
    for (size_t i = 0; i < chart->n_lines; i++) {
        const lnt_html_line *line = &chart->lines[i];
        lnt_html_put(html,
                     "<li><svg class=\"key\" viewBox=\"0 0 30 10\" aria-hidden=\"true\">"
                     "<path class=\"line s%zu\" d=\"M1 5H29\"/></svg>",
                     line->style);
        lnt_html_escape(html, line->name);
        lnt_html_put(html, "</li>\n");
    }
    if (chart->best > 0) {
        lnt_html_put(html,
                     "<li><svg class=\"key narrow\" viewBox=\"0 0 10 14\" aria-hidden=\"true\">"
                     "<path class=\"best\" d=\"M5 0V14\"/></svg>best epoch: %zu</li>\n",
                     chart->best);
    }
    lnt_html_put(html, "</ul>\n");
}

/* The scale of all lines together. */
static lnt_status vertical_axis(const lnt_html_chart *chart, lnt_html_axis *axis)
{
    const size_t n = chart->n_epochs;
    double *all = calloc(chart->n_lines * n + 1, sizeof *all);
    if (all == NULL) {
        return LNT_ERR_MEMORY;
    }
    for (size_t i = 0; i < chart->n_lines * n; i++) {
        const double value = chart->lines[i / n].values[i % n];
        all[i] = value < chart->least ? chart->least : value;
    }
    *axis = lnt_html_axis_of(all, chart->n_lines * n, chart->may_log, 5);
    axis->from = HEIGHT - BOTTOM;
    axis->to = TOP;
    free(all);
    return LNT_OK;
}

static lnt_html_axis horizontal_axis(const lnt_html_chart *chart, const lnt_html_axis *y)
{
    double first = chart->epochs[0], last = chart->epochs[chart->n_epochs - 1];
    if (!(last > first)) {
        first -= 0.5;
        last = first + 1;
    }
    lnt_html_axis axis = lnt_html_axis_exact(first, last, true, 6);
    axis.from = 14 + LNT_HTML_CHARACTER * (double) lnt_html_axis_width(y);
    axis.to =
        LNT_HTML_CHART_WIDTH - 6 - LNT_HTML_CHARACTER / 2 * (double) lnt_html_axis_width(&axis);
    return axis;
}

/* A point of a line. It begins a new part if the one before was no number. */
static void put_point(lnt_html *html, double x, double y, bool *drawing)
{
    lnt_html_put(html, "%c%.1f %.1f", *drawing ? 'L' : 'M', x, y);
    if (!*drawing) {
        lnt_html_put(html, "h0"); /* with round ends, a lonely number is a dot */
    }
    *drawing = true;
}

/* Of the numbers of epochs [first, end): the first one, the least, the largest, in their order. */
static void put_column(lnt_html *html, const lnt_html_chart *chart, const double *values,
                       const lnt_html_axis *x, const lnt_html_axis *y, size_t first, size_t end,
                       bool *drawing)
{
    size_t low = first, high = first, gap = end;
    for (size_t i = first; i < end; i++) {
        if (!isfinite(values[i])) {
            gap = i;
            continue;
        }
        low = !isfinite(values[low]) || values[i] < values[low] ? i : low;
        high = !isfinite(values[high]) || values[i] > values[high] ? i : high;
    }
    const size_t before = low < high ? low : high, after = low < high ? high : low;
    if (isfinite(values[before])) {
        put_point(html, lnt_html_axis_at(x, chart->epochs[before]),
                  lnt_html_axis_at(y, values[before]), drawing);
    }
    if (after != before) {
        put_point(html, lnt_html_axis_at(x, chart->epochs[after]),
                  lnt_html_axis_at(y, values[after]), drawing);
    }
    if (gap < end) {
        *drawing = false;
    }
}

static void put_line(lnt_html *html, const lnt_html_chart *chart, const lnt_html_line *line,
                     const lnt_html_axis *x, const lnt_html_axis *y)
{
    const size_t n = chart->n_epochs;
    const size_t columns = n > 2 * COLUMNS ? COLUMNS : n;
    bool drawing = false;
    lnt_html_put(html, "<path class=\"line s%zu%s\" d=\"", line->style,
                 n > 2 * COLUMNS ? " long" : "");
    for (size_t c = 0; c < columns; c++) {
        put_column(html, chart, line->values, x, y, c * n / columns, (c + 1) * n / columns,
                   &drawing);
    }
    lnt_html_put(html, "\"/>\n");
    if (n > FEW) {
        return;
    }
    lnt_html_put(html, "<path class=\"dots s%zu%s\" d=\"", line->style, n < 4 ? " few" : "");
    for (size_t i = 0; i < n; i++) {
        if (isfinite(line->values[i])) {
            lnt_html_put(html, "M%.1f %.1fh0", lnt_html_axis_at(x, chart->epochs[i]),
                         lnt_html_axis_at(y, line->values[i]));
        }
    }
    lnt_html_put(html, "\"/>\n");
}

/* Nothing to see: rows of places that show the numbers of an epoch when pointed at. */
static void put_bands(lnt_html *html, const lnt_html_chart *chart, const lnt_html_axis *x,
                      const lnt_html_axis *y)
{
    const size_t n = chart->n_epochs, bands = n < BANDS ? n : BANDS;
    const double width = (x->to - x->from) / (double) bands;
    lnt_html_put(html, "<g class=\"hover\">\n");
    for (size_t b = 0; b < bands; b++) {
        const size_t i = bands == 1 ? 0 : b * (n - 1) / (bands - 1);
        const double left = fmax(lnt_html_axis_at(x, chart->epochs[i]) - width / 2, x->from);
        lnt_html_put(html,
                     "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>epoch %.0f",
                     left, y->to, fmin(width, x->to - left), y->from - y->to, chart->epochs[i]);
        for (size_t l = 0; l < chart->n_lines; l++) {
            char number[LNT_HTML_NUMBER_MAX];
            lnt_html_put(html, "\n");
            lnt_html_escape(html, chart->lines[l].name);
            lnt_html_put(html, ": %s", lnt_html_number(chart->lines[l].values[i], 4, number));
        }
        lnt_html_put(html, "</title></rect>\n");
    }
    lnt_html_put(html, "</g>\n");
}

static void put_drawing(lnt_html *html, const lnt_html_chart *chart, const lnt_html_axis *x,
                        const lnt_html_axis *y)
{
    char quantity[96];
    snprintf(quantity, sizeof quantity, "%s%s", chart->quantity, y->log ? " (log scale)" : "");
    lnt_html_drawing_begin(html, chart->id, chart->title, HEIGHT);
    lnt_html_axes_put(html, x, y, "epoch", quantity);
    if (chart->best > 0) {
        lnt_html_put(html, "<path class=\"best\" d=\"M%.1f %.1fV%.1f\"/>\n",
                     lnt_html_axis_at(x, (double) chart->best), y->from, y->to);
    }
    for (size_t i = 0; i < chart->n_lines; i++) {
        put_line(html, chart, &chart->lines[i], x, y);
    }
    put_bands(html, chart, x, y);
    lnt_html_drawing_end(html);
}

lnt_status lnt_html_chart_put(lnt_html *html, const lnt_html_chart *chart)
{
    if (chart->n_epochs == 0 || chart->n_lines == 0) {
        return LNT_OK;
    }
    lnt_html_axis y;
    LNT_TRY(vertical_axis(chart, &y));
    const lnt_html_axis x = horizontal_axis(chart, &y);
    lnt_html_figure_begin(html, chart->id, "", chart->title, chart->note);
    if (chart->n_lines > 1 || chart->best > 0) {
        put_legend(html, chart);
    }
    put_drawing(html, chart, &x, &y);
    lnt_html_figure_end(html);
    return LNT_OK;
}
