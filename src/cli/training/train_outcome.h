/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_TRAINING_TRAIN_OUTCOME_H
#define LINNET_CLI_TRAINING_TRAIN_OUTCOME_H

#include "cli/output/metrics.h"
#include "cli/training/members.h"
#include "cli/training/training_run.h"

#include <stdio.h>

/* One run of `linnet train`. */
typedef struct lnt_cli_train_job {
    lnt_cli_train_settings settings;
    const char *path; /* of the data */
    char *output;     /* of the model */
    lnt_cli_train_data data;
    lnt_cli_training_run run;
    lnt_cli_members members;
    lnt_history *history;
    lnt_cli_evaluation_rows evaluation;
    bool stopped;      /* by a signal, before the run was over */
    char *options;     /* that a run which goes on must share, or NULL */
    bool save_failed;  /* a file could not be written in its place; that was told */
    lnt_error missing; /* why a checkpoint or a Laplace approximation is */
    size_t epochs_before;
    lnt_cli_metrics metrics;
    FILE *summary; /* where scores are printed: standard output, unless a file goes there */
    lnt_error error;
} lnt_cli_train_job;

/* Says how the run ended and how good the nets are, as text or JSON. */
lnt_status lnt_cli_train_log(const lnt_cli_train_job *job);

/* What a run that saved its nets has to complain of all the same; the exit status. */
int lnt_cli_train_complain(const lnt_cli_train_job *job);

#endif
