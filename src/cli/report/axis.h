/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_REPORT_AXIS_H
#define LINNET_CLI_REPORT_AXIS_H

#include "cli/report/text.h"

#include <stdbool.h>
#include <stddef.h>

#define LNT_HTML_TICKS_MAX 12

/* The scale of a chart: numbers from low to high are drawn from `from` to `to`. */
typedef struct lnt_html_axis {
    double low;
    double high;
    double from;
    double to;
    bool log;
    int decimals; /* of the tick labels; -1: as few digits as tell them apart */
    size_t n_ticks;
    double ticks[LNT_HTML_TICKS_MAX];
} lnt_html_axis;

/*
 * A scale that holds all finite numbers of `values`, with about `most` ticks at round numbers,
 * where it begins and ends. Logarithmic if `may_log`, all numbers are positive, and they span more
 * than a factor of 20.
 */
lnt_html_axis lnt_html_axis_of(const double *values, size_t count, bool may_log, size_t most);

/* A linear scale of exactly [low, high], with ticks at round, or whole, numbers inside. */
lnt_html_axis lnt_html_axis_exact(double low, double high, bool whole, size_t most);

/* The place of a number; what lies outside is drawn at the border. */
double lnt_html_axis_at(const lnt_html_axis *axis, double value);

/* The label of tick `i`. */
const char *lnt_html_axis_label(const lnt_html_axis *axis, size_t i,
                                char text[LNT_HTML_NUMBER_MAX]);

/* Characters of the longest label. */
size_t lnt_html_axis_width(const lnt_html_axis *axis);

#endif
