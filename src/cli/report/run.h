/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_REPORT_RUN_H
#define LINNET_CLI_REPORT_RUN_H

#include "cli/report/report.h"

/*
 * Writes the report on a run, with what is not in `report` yet: the predictions for `x`, which is
 * scaled as the net takes it, to be compared with the report's y; and the settings, from
 * `configuration`, lines "name = value", or NULL.
 */
lnt_status lnt_cli_html_run_write(const lnt_cli_html_report *report, const lnt_tensor *x,
                                  const char *configuration, const char *path, lnt_error *error);

#endif
