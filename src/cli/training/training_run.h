/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_TRAINING_TRAINING_RUN_H
#define LINNET_CLI_TRAINING_TRAINING_RUN_H

#include "cli/dataset/model_data.h"
#include "cli/dataset/train_data.h"
#include "cli/output/progress.h"

#include <linnet/linnet.h>

/* One net and the rows that it learns from: what `train`, `cv` and `lr` have in common. */
typedef struct lnt_cli_training_run {
    lnt_cli_train_settings *settings; /* --optimizer auto is resolved in them */
    lnt_cli_rows rows;                /* scaled, once prepared */
    lnt_model model;
    double *class_weights;         /* borrowed by the model's loss; or NULL */
    lnt_cli_model_data validation; /* of a file of its own */
    lnt_tensor x, y, weights, sampling, x_val, y_val, weights_val; /* what `config` points to */
    lnt_data_source source;                                        /* of x, if it is streamed */
    lnt_fit_config config;
    lnt_cli_progress progress;
    lnt_fit_result result;
    bool resume_logged, failure_logged;
} lnt_cli_training_run;

/*
 * Scales the rows by those that are trained on, makes the net (unless the model has one), and fills
 * `config`. Rows and names must be there. On failure too, the caller finishes the run.
 */
lnt_status lnt_cli_training_run_prepare(lnt_cli_training_run *run, bool classify, lnt_error *error);

/* Trains, with progress if `shown`, until it is done or a signal comes. */
lnt_status lnt_cli_training_run_fit(lnt_cli_training_run *run, bool shown, lnt_error *error);

void lnt_cli_training_run_clear(lnt_cli_training_run *run);

/* The rows that the net is to be evaluation by: held out, if there are any; y in its own unit. */
typedef struct lnt_cli_evaluation_rows {
    lnt_tensor x; /* scaled */
    lnt_tensor y;
    bool held_out;
} lnt_cli_evaluation_rows;

/* Takes the scaling off y for good. */
lnt_status lnt_cli_training_run_evaluation_rows(lnt_cli_training_run *run,
                                                lnt_cli_evaluation_rows *evaluation);

#endif
