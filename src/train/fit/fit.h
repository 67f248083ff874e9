/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_FIT_FIT_H
#define LINNET_TRAIN_FIT_FIT_H

#include "train/checkpoint/checkpoint_writer.h"
#include "train/checkpoint/run_fingerprint.h"

/** One call of `lnt_fit`: the rows, the run and its checkpoints. */
typedef struct lnt_fit_job {
    const lnt_tensor *x;
    const lnt_tensor *y;
    const lnt_data_source *source; /**< in place of both */
    lnt_run run;
    lnt_run_fingerprint text;     /**< with checkpoints */
    lnt_checkpoint_writer writer; /**< likewise */
} lnt_fit_job;

/** Makes everything that the run needs. On failure clean up, too. */
lnt_status lnt_fit_prepare(lnt_fit_job *job);

/** Frees what `lnt_fit_prepare` made. */
void lnt_fit_clean_up(lnt_fit_job *job);

/** Trains until the run ends. */
lnt_status lnt_fit_run(lnt_fit_job *job);

/** Seconds of a clock that no one sets. */
double lnt_fit_now(void);

/** Whether there are validation rows. */
bool lnt_fit_validates(const lnt_run *r);

/** Scores the net on the validation rows, if there are any. */
lnt_status lnt_fit_validate(lnt_run *r);

/** Exchanges the parameters and their average, if one is kept. */
lnt_status lnt_fit_swap_average(lnt_run *r);

/** Ends a run whose loss is not finite: says where, and restores a net that was finite. */
lnt_status lnt_fit_nonfinite_loss(lnt_run *r, double loss);

/** The same for another value, which `what` names. */
lnt_status lnt_fit_nonfinite_value(lnt_run *r, const char *what, double value);

/** Ends a run whose parameters are not finite; no later loss would show what a last step did. */
lnt_status lnt_fit_check_parameters(lnt_run *r);

#endif
