/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_REPORT_TARGETS_H
#define LINNET_CLI_REPORT_TARGETS_H

#include "cli/report/report.h"
#include "cli/report/text.h"

#include <stddef.h>

/* How a regression does on one target, in its own unit. NaN: not known. */
typedef struct lnt_html_errors {
    size_t rows; /* whose truth and prediction are finite */
    double rmse;
    double mae;
    double bias; /* mean of prediction − truth */
    double r2;
} lnt_html_errors;

lnt_html_errors lnt_html_errors_of(const lnt_cli_html_report *report, size_t target);

/* Number of targets that are compared; 0 for a classification. */
size_t lnt_html_targets(const lnt_cli_html_report *report);

/* The name of target `t`, or its number from 1, for which there is `room`. */
const char *lnt_html_target_name(const lnt_cli_html_report *report, size_t t, char room[24]);

/* Predicted against true. */
void lnt_html_scatter_put(lnt_html *html, const lnt_cli_html_report *report, size_t target);

/* Histogram of prediction − truth. */
lnt_status lnt_html_residuals_put(lnt_html *html, const lnt_cli_html_report *report, size_t target);

/* Tables: the errors of each target, and how often truths are where a distribution puts them. */
void lnt_html_target_tables_put(lnt_html *html, const lnt_cli_html_report *report);

#endif
