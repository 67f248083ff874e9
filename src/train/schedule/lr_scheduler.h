/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_SCHEDULE_LR_SCHEDULER_H
#define LINNET_TRAIN_SCHEDULE_LR_SCHEDULER_H

#include <linnet/train.h>

/** A schedule at work on an optimiser's learning rate and momentum. */
typedef struct lnt_pace {
    lnt_schedule schedule; /* settled */
    double base;
    lnt_plateau plateau;
    double plateau_rate; /* of the next period; NaN until plateau has seen a value */
} lnt_pace;

/** `periods`: length of the run; 0: not known. `error` names the field. */
lnt_status lnt_pace_init(lnt_pace *pace, const lnt_fit_config *config, size_t periods,
                         lnt_optim *optim, lnt_error *error);

/** Sets rate and momentum of period `t`. */
lnt_status lnt_pace_set(const lnt_pace *pace, lnt_optim *optim, size_t t);

/** Tells a plateau schedule the value, lower is better, with which period `t` ended. */
void lnt_pace_watch(lnt_pace *pace, size_t t, double value);

#endif
