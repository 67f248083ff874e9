/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_COMMANDS_DRY_RUN_H
#define LINNET_CLI_COMMANDS_DRY_RUN_H

#include "cli/training/training_run.h"

#include <stdio.h>

/*
 * Prints what a run would be as a configuration file: its settings, and in comments the layers,
 * the memory and the work of a step.
 */
lnt_status lnt_cli_dry_run(const lnt_cli_training_run *run, FILE *stream);

#endif
