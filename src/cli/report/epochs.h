/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_REPORT_EPOCHS_H
#define LINNET_CLI_REPORT_EPOCHS_H

#include "cli/report/report.h"
#include "cli/report/text.h"

/* The numbers of the epochs, as a table. */
void lnt_html_epochs_put(lnt_html *html, const lnt_cli_html_report *report);

#endif
