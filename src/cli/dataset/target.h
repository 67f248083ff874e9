/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_DATASET_TARGET_H
#define LINNET_CLI_DATASET_TARGET_H

#include "cli/dataset/columns.h"
#include "cli/options/task.h"

#include <linnet/linnet.h>
#include <stdbool.h>

/*
 * Settles what is learned: with LNT_CLI_TASK_AUTO, text is classes, a single target of few whole
 * numbers is classes, all else regression. A target of classes is encoded; less than two classes
 * are refused.
 */
lnt_status lnt_cli_target_resolve(lnt_frame *frame, const char *path,
                                  const lnt_cli_columns *columns, lnt_cli_task task, bool *classify,
                                  lnt_error *error);

/* Says on standard error what was resolved, and how to choose otherwise if it was a guess. */
void lnt_cli_target_log(const lnt_frame *frame, const lnt_cli_columns *columns, bool classify,
                        bool guessed);

#endif
