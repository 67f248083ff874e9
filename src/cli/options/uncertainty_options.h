/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OPTIONS_UNCERTAINTY_OPTIONS_H
#define LINNET_CLI_OPTIONS_UNCERTAINTY_OPTIONS_H

#include "cli/options/train_settings.h"

extern const lnt_cli_group lnt_cli_uncertainty_group;

/* Whether what was asked for fits the rest; an exit status. */
int lnt_cli_uncertainty_check(const lnt_cli_train_settings *settings);

#endif
