/* SPDX-License-Identifier: MIT */
#include "train/fit/fit.h"

#include <time.h>

double lnt_fit_now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

/* Exchanges parameters and average, if one is kept. */
lnt_status lnt_fit_swap_average(lnt_run *r)
{
    const bool has_average =
        r->config->optim.ema_decay > 0 && lnt_optim_steps(r->training.optim) > 0;
    return has_average ? lnt_optim_swap_ema(r->training.optim, r->net) : LNT_OK;
}

/* Scores the net that the run would end with now: the average, if one is kept. */
lnt_status lnt_fit_validate(lnt_run *r)
{
    if (lnt_fit_validates(r)) {
        LNT_TRY(lnt_validation_run(&r->validation, r->net, &r->progress.validation));
        r->validated_steps = lnt_optim_steps(r->training.optim);
    }
    return LNT_OK;
}

bool lnt_fit_validates(const lnt_run *r)
{
    return r->validation.pass != NULL;
}
