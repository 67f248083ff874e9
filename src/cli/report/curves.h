/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_REPORT_CURVES_H
#define LINNET_CLI_REPORT_CURVES_H

#include "cli/report/report.h"
#include "cli/report/text.h"

/* What happened over the epochs: losses, scores, learning rate, norms. */
lnt_status lnt_html_curves_put(lnt_html *html, const lnt_cli_html_report *report);

/* The numbers of the epochs, as a table. */
void lnt_html_epochs_put(lnt_html *html, const lnt_cli_html_report *report);

/* "balanced accuracy", …: a metric's name for people. */
const char *lnt_html_metric(lnt_metric metric);

/* Sets values[i] to the score of each epoch; whether there is a finite one. */
bool lnt_html_scores_of(const lnt_history *history, lnt_metric metric, double *values);

#endif
