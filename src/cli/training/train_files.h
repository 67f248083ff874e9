/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_TRAINING_TRAIN_FILES_H
#define LINNET_CLI_TRAINING_TRAIN_FILES_H

#include "cli/training/train_outcome.h"

/* The files that `linnet train` writes: models, history, report. */

/* Checks which of them go to standard output, and resolves where scores go; an exit status. */
int lnt_cli_train_files_usage(lnt_cli_train_job *job);

/* Finds out, before training, whether all of them can be written, and no two are one file. */
lnt_status lnt_cli_train_files_check(lnt_cli_train_job *job);

/*
 * Saves the run's model as that of member `m`. If it cannot be written in its place, it is
 * written elsewhere, and an error says where; then `job->save_failed` is set.
 */
lnt_status lnt_cli_train_files_save(lnt_cli_train_job *job, size_t m);

/* The same of history and report, if they were asked for. */
void lnt_cli_train_files_write(lnt_cli_train_job *job);

#endif
