/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_CHECKPOINT_RUN_STATE_H
#define LINNET_TRAIN_CHECKPOINT_RUN_STATE_H

#include "train/run/run.h"

/** The scalars of a run's state; named, so that later versions can add others. */

/** The number of scalars. */
size_t lnt_run_state_count(void);

/** Their names, separated by blanks. */
const char *lnt_run_state_names(void);

/** Writes them to `numbers` [count]. */
void lnt_run_state_get(lnt_run *run, double *numbers);

/**
 * Sets them from numbers with the given names. `LNT_ERR_FORMAT` if one is missing or out of range;
 * then nothing in the run has changed. With `adapt`, an optimizer of another kind restores only its
 * number of steps.
 */
lnt_status lnt_run_state_set(lnt_run *run, const char *names, const double *numbers, size_t count,
                             bool adapt);

#endif
