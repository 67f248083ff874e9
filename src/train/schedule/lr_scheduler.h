/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_SCHEDULE_LR_SCHEDULER_H
#define LINNET_TRAIN_SCHEDULE_LR_SCHEDULER_H

#include <linnet/train.h>

/** Applies a schedule to an optimizer's learning rate and momentum. */
typedef struct lnt_lr_scheduler {
    lnt_schedule schedule; /* resolved */
    double base;
    lnt_plateau plateau;
    double plateau_rate; /* learning rate of the next period; NaN before the first value of a
                            plateau schedule */
} lnt_lr_scheduler;

/** `periods`: length of the run; 0: unknown. `error` names the field. */
lnt_status lnt_lr_scheduler_init(lnt_lr_scheduler *scheduler, const lnt_fit_config *config,
                                 size_t periods, lnt_optim *optim, lnt_error *error);

/** Sets the learning rate and momentum of period `t`. */
lnt_status lnt_lr_scheduler_apply(const lnt_lr_scheduler *scheduler, lnt_optim *optim, size_t t);

/** Updates a plateau schedule with the value at the end of period `t`; lower is better. */
void lnt_lr_scheduler_step(lnt_lr_scheduler *scheduler, size_t t, double value);

#endif
