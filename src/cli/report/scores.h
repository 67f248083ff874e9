/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_REPORT_SCORES_H
#define LINNET_CLI_REPORT_SCORES_H

#include <linnet/linnet.h>
#include <stdbool.h>

/* "balanced accuracy", …: a metric's name for people. */
const char *lnt_html_metric(lnt_metric metric);

/* Sets values[i] to the score of each epoch; whether there is a finite one. */
bool lnt_html_scores_of(const lnt_history *history, lnt_metric metric, double *values);

#endif
