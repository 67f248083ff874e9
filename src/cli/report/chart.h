/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_REPORT_CHART_H
#define LINNET_CLI_REPORT_CHART_H

#include "cli/report/axis.h"
#include "cli/report/text.h"

#include <linnet/linnet.h>
#include <stdbool.h>
#include <stddef.h>

/* All charts have this many units of width, and are as wide as the page has room. */
#define LNT_HTML_CHART_WIDTH 460
/* A letter takes so many, at most: on narrow screens letters are not scaled as far down. */
#define LNT_HTML_CHARACTER 9.2
/* Lines that can be told apart, by colour and dashes. */
#define LNT_HTML_STYLES 12

/* A line of a chart: a number for each epoch, NaN where there is none. */
typedef struct lnt_html_line {
    char name[64];
    const double *values;
    size_t style; /* below LNT_HTML_STYLES */
} lnt_html_line;

/* Lines over the epochs of a run. */
typedef struct lnt_html_chart {
    const char *id; /* unique in the page */
    const char *title;
    const char *note;     /* a sentence below the title */
    const char *quantity; /* what the vertical axis shows */
    const lnt_html_line *lines;
    size_t n_lines;
    const double *epochs; /* rising */
    size_t n_epochs;
    size_t best; /* epoch to be marked; 0: none */
    bool may_log;
    double least; /* the axis is cut here; NaN: nowhere */
} lnt_html_chart;

/* A figure: heading, note, legend and drawing. */
lnt_status lnt_html_chart_put(lnt_html *html, const lnt_html_chart *chart);

/*
 * A figure of the given class of the style sheet, or "": its beginning, the drawing of the given
 * height, and its end.
 */
void lnt_html_figure_begin(lnt_html *html, const char *id, const char *class, const char *title,
                           const char *note);
void lnt_html_drawing_begin(lnt_html *html, const char *id, const char *title, int height);
void lnt_html_drawing_end(lnt_html *html);
void lnt_html_figure_end(lnt_html *html);

/*
 * Grid lines and labels of both axes, whose from and to tell the area, and what they show: `x_name`
 * below, `y_name` above.
 */
void lnt_html_axes_put(lnt_html *html, const lnt_html_axis *x, const lnt_html_axis *y,
                       const char *x_name, const char *y_name);

#endif
