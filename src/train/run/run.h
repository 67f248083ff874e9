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

/** Everything a run of `lnt_fit` needs; made before the first step: the loop allocates nothing. */
typedef struct lnt_run {
    lnt_net *net;
    const lnt_fit_config *config;
    lnt_fit_result *result;
    lnt_error *error;
    lnt_error why; /* of what a source says */

    size_t *parts; /* the training rows, and behind them the held-out ones; NULL: not split */
    lnt_feed feed;
    lnt_learner learner;
    lnt_pace pace;
    lnt_validation validation;
    lnt_early_stop early_stop;
    lnt_guard guard;
    const char *fingerprint; /* of the settings and the data; with checkpoints */

    lnt_epoch_mean mean;
    size_t validated_steps; /* steps done when the validation rows were last looked at */
    size_t epochs_done;
    bool epoch_complete; /* of the progress */
    bool ended;
    bool full_batch; /* a batch is all the data, and the optimiser looks again */
    bool evaluated;  /* the pass has evaluated that batch already, */
    double value;    /* with this loss of the last parameters; NaN: not known */
    double start;
    double before; /* seconds of the runs that this one goes on from */
    lnt_fit_progress progress;

    /* How the optimiser and the pass stand: only while a checkpoint is made or read. */
    lnt_optim_scalars place;
    uint64_t draw;
} lnt_run;

#endif
