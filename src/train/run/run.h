/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_RUN_RUN_H
#define LINNET_TRAIN_RUN_RUN_H

#include "train/loader/data_loader.h"
#include "train/metrics/epoch_mean.h"
#include "train/run/early_stop.h"
#include "train/run/nan_guard.h"
#include "train/run/training_state.h"
#include "train/run/validation.h"
#include "train/schedule/lr_scheduler.h"

/** The state of a run of `lnt_fit`. All memory is allocated before the first step. */
typedef struct lnt_run {
    lnt_net *net;
    const lnt_fit_config *config;
    lnt_fit_result *result;
    lnt_error *error;
    lnt_error why; /* error of the data source */

    size_t *parts; /* the training rows, then the validation rows; NULL: not split */
    lnt_data_loader loader;
    lnt_training_state training;
    lnt_lr_scheduler scheduler;
    lnt_validation validation;
    lnt_early_stop early_stop;
    lnt_nan_guard guard;
    const char *fingerprint; /* of the settings and the data; with checkpoints */

    lnt_epoch_mean mean;
    size_t validated_steps; /* number of steps at the last validation */
    size_t epochs_done;
    bool epoch_complete; /* of the progress */
    bool ended;
    bool full_batch; /* each batch is all the data, and the optimizer reevaluates */
    bool evaluated;  /* the pass has already evaluated that batch at the current parameters */
    double value;    /* the loss of that evaluation; NaN: unknown */
    double start;
    double before; /* seconds of the runs before it was resumed */
    lnt_fit_progress progress;

    /* The optimizer's scalars and the pass's random state: used only while a checkpoint is written
     * or read. */
    lnt_optim_scalars optim_scalars;
    uint64_t rng_counter;
} lnt_run;

#endif
