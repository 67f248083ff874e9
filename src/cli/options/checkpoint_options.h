/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OPTIONS_CHECKPOINT_OPTIONS_H
#define LINNET_CLI_OPTIONS_CHECKPOINT_OPTIONS_H

#include "cli/options/train_settings.h"

/* Whether the options of checkpoints go together; puts in how often. Returns an exit status. */
int lnt_cli_checkpoint_check(lnt_cli_train_settings *settings);

/*
 * The options that a run which goes on from a checkpoint must share with the one before, as lines;
 * the caller frees them. NULL without memory.
 */
char *lnt_cli_checkpoint_options(const lnt_cli_option_values *values);

/*
 * The same, and lines about rows that are not in memory, and so have no checksum: the file's size,
 * and what scaling was made of them.
 */
char *lnt_cli_checkpoint_options_streamed(const lnt_cli_option_values *values, const char *path,
                                          const lnt_model *model);

#endif
