/* SPDX-License-Identifier: MIT */
#include "train/schedule/lr_scheduler.h"

#include <math.h>

lnt_status lnt_lr_scheduler_apply(const lnt_lr_scheduler *scheduler, lnt_optim *optim, size_t t)
{
    const double rate = isnan(scheduler->plateau_rate)
                            ? lnt_schedule_learning_rate(&scheduler->schedule, scheduler->base, t)
                            : scheduler->plateau_rate;
    const double momentum = lnt_schedule_momentum(&scheduler->schedule, t);
    LNT_TRY(lnt_optim_set_learning_rate(optim, rate));
    return isnan(momentum) ? LNT_OK : lnt_optim_set_momentum(optim, momentum);
}

lnt_status lnt_lr_scheduler_init(lnt_lr_scheduler *scheduler, const lnt_fit_config *config,
                                 size_t periods, lnt_optim *optim, lnt_error *error)
{
    *scheduler = (lnt_lr_scheduler){
        .schedule = config->schedule, .base = config->optim.learning_rate, .plateau_rate = NAN};
    LNT_TRY(lnt_schedule_resolve(&scheduler->schedule, periods, error));
    const lnt_status status = lnt_lr_scheduler_apply(scheduler, optim, 0);
    if (status != LNT_OK) {
        return lnt_fail(
            error, status,
            "schedule.one_cycle.cycle_momentum: expected an optimiser with momentum, found %s "
            "with momentum %g",
            lnt_optim_name(config->optim.kind), lnt_optim_momentum(optim));
    }
    return LNT_OK;
}

void lnt_lr_scheduler_step(lnt_lr_scheduler *scheduler, size_t t, double value)
{
    if (scheduler->schedule.kind == LNT_SCHEDULE_PLATEAU && t >= scheduler->schedule.warmup) {
        scheduler->plateau_rate =
            lnt_plateau_update(&scheduler->plateau, &scheduler->schedule, scheduler->base, value);
    }
}
