/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_REPORT_CURVES_H
#define LINNET_CLI_REPORT_CURVES_H

#include "cli/report/report.h"
#include "cli/report/text.h"

/* What happened over the epochs: losses, scores, learning rate, norms. */
lnt_status lnt_html_curves_put(lnt_html *html, const lnt_cli_html_report *report);

#endif
