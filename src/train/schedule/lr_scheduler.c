/* SPDX-License-Identifier: MIT */
#include "train/schedule/lr_scheduler.h"

#include <math.h>

lnt_status lnt_pace_set(const lnt_pace *pace, lnt_optim *optim, size_t t)
{
    const double rate = isnan(pace->plateau_rate)
                            ? lnt_schedule_learning_rate(&pace->schedule, pace->base, t)
                            : pace->plateau_rate;
    const double momentum = lnt_schedule_momentum(&pace->schedule, t);
    LNT_TRY(lnt_optim_set_learning_rate(optim, rate));
    return isnan(momentum) ? LNT_OK : lnt_optim_set_momentum(optim, momentum);
}

lnt_status lnt_pace_init(lnt_pace *pace, const lnt_fit_config *config, size_t periods,
                         lnt_optim *optim, lnt_error *error)
{
    *pace = (lnt_pace){
        .schedule = config->schedule, .base = config->optim.learning_rate, .plateau_rate = NAN};
    LNT_TRY(lnt_schedule_resolve(&pace->schedule, periods, error));
    const lnt_status status = lnt_pace_set(pace, optim, 0);
    if (status != LNT_OK) {
        return lnt_fail(error, status,
                        "schedule.cycle_momentum: expected an optimiser with momentum, found %s "
                        "with momentum %g",
                        lnt_optim_name(config->optim.kind), config->optim.momentum);
    }
    return LNT_OK;
}

void lnt_pace_watch(lnt_pace *pace, size_t t, double value)
{
    if (pace->schedule.kind == LNT_SCHEDULE_PLATEAU && t >= pace->schedule.warmup) {
        pace->plateau_rate = lnt_plateau_update(&pace->plateau, &pace->schedule, pace->base, value);
    }
}
