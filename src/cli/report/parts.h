/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_REPORT_PARTS_H
#define LINNET_CLI_REPORT_PARTS_H

#include "cli/report/classes.h"
#include "cli/report/report.h"
#include "cli/report/text.h"

/* The style sheet, in parts; NULL after the last. */
extern const char *const lnt_html_style[];

/* Heading, task, and the numbers that matter. */
void lnt_html_summary_put(lnt_html *html, const lnt_cli_html_report *report,
                          const lnt_html_classes *classes);

/* The layers of the net. */
void lnt_html_layers_put(lnt_html *html, const lnt_cli_html_report *report);

/* The configuration, and what the program is made of. */
void lnt_html_settings_put(lnt_html *html, const lnt_cli_html_report *report);
void lnt_html_build_put(lnt_html *html);

/* All scores of the net that is saved. */
void lnt_html_scores_put(lnt_html *html, const lnt_cli_html_report *report);

#endif
