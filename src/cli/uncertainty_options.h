/* SPDX-License-Identifier: MIT */
#ifndef LNT_CLI_UNCERTAINTY_OPTIONS_H
#define LNT_CLI_UNCERTAINTY_OPTIONS_H

#include "train_settings.h"

extern const lnt_cli_group lnt_cli_uncertainty_group;

/* Whether what was asked for fits the rest; an exit status. */
int lnt_cli_uncertainty_check(const lnt_cli_train_settings *settings);

#endif
