/* SPDX-License-Identifier: MIT */
#include "train/schedule/settings.h"

#include <linnet/schedule.h>

static lnt_status check_milestones(const lnt_schedule *schedule, lnt_error *error)
{
    if (schedule->multi_step.milestones == NULL || schedule->multi_step.n_milestones == 0) {
        return lnt_fail(
            error, LNT_ERR_INVALID,
            "schedule.multi_step.milestones is empty, expected at least 1 for multi_step");
    }
    for (size_t i = 1; i < schedule->multi_step.n_milestones; i++) {
        if (schedule->multi_step.milestones[i] <= schedule->multi_step.milestones[i - 1]) {
            return lnt_fail(
                error, LNT_ERR_INVALID,
                "schedule.multi_step.milestones has %zu after %zu, expected ascending numbers",
                schedule->multi_step.milestones[i], schedule->multi_step.milestones[i - 1]);
        }
    }
    return LNT_OK;
}

lnt_status lnt_schedule_resolve(lnt_schedule *schedule, size_t periods, lnt_error *error)
{
    if (schedule == NULL) {
        return LNT_ERR_NULL;
    }
    const size_t rest = periods > schedule->warmup ? periods - schedule->warmup : 1;
    if (lnt_schedule_name(schedule->kind) == NULL) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "schedule.kind is %d, expected one of lnt_schedule_kind",
                        (int) schedule->kind);
    }
    LNT_TRY(lnt_settings_check(lnt_schedule_table, schedule->kind, schedule, error));
    switch (schedule->kind) {
    case LNT_SCHEDULE_MULTI_STEP:
        return check_milestones(schedule, error);
    case LNT_SCHEDULE_COSINE:
        schedule->cosine.period = schedule->cosine.period == 0 ? rest : schedule->cosine.period;
        break;
    case LNT_SCHEDULE_POLYNOMIAL:
        schedule->polynomial.total =
            schedule->polynomial.total == 0 ? rest : schedule->polynomial.total;
        break;
    case LNT_SCHEDULE_ONE_CYCLE:
        schedule->one_cycle.total =
            schedule->one_cycle.total == 0 ? rest : schedule->one_cycle.total;
        break;
    case LNT_SCHEDULE_PLATEAU:
        if (schedule->per_step) {
            return lnt_fail(
                error, LNT_ERR_INVALID,
                "schedule.per_step is true, expected false for plateau, which counts epochs");
        }
        break;
    default:
        break;
    }
    return LNT_OK;
}
