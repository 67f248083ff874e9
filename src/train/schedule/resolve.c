/* SPDX-License-Identifier: MIT */
#include <linnet/schedule.h>

#include <math.h>

#define KIND(kind) (1U << LNT_SCHEDULE_##kind)

/* The numbers of a schedule: which kinds read them, and between what they may lie. */
static const struct field {
    const char *name;
    unsigned kinds;
    size_t offset;
    double least;
    double most;
    bool above; /* least itself is too little */
    bool below; /* most itself is too much */
} fields[] = {
    {"factor", KIND(STEP) | KIND(MULTI_STEP) | KIND(EXPONENTIAL) | KIND(PLATEAU),
     offsetof(lnt_schedule, factor), 0, 1, true, false},
    {"power", KIND(POLYNOMIAL), offsetof(lnt_schedule, power), 0, INFINITY, true, true},
    {"least", KIND(COSINE) | KIND(PLATEAU), offsetof(lnt_schedule, least), 0, INFINITY, false,
     true},
    {"rise", KIND(ONE_CYCLE), offsetof(lnt_schedule, rise), 0, 1, true, true},
    {"start_factor", KIND(ONE_CYCLE), offsetof(lnt_schedule, start_factor), 0, INFINITY, true,
     true},
    {"end_factor", KIND(ONE_CYCLE), offsetof(lnt_schedule, end_factor), 0, INFINITY, true, true},
    {"momentum_high", KIND(ONE_CYCLE), offsetof(lnt_schedule, momentum_high), 0, 1, false, true},
    {"momentum_low", KIND(ONE_CYCLE), offsetof(lnt_schedule, momentum_low), 0, 1, false, true},
    {"threshold", KIND(PLATEAU), offsetof(lnt_schedule, threshold), 0, INFINITY, false, true},
    {"least_change", KIND(PLATEAU), offsetof(lnt_schedule, least_change), 0, INFINITY, false, true},
};

enum { N_FIELDS = sizeof fields / sizeof fields[0] };

static lnt_status check_number(lnt_error *error, const struct field *field, double value)
{
    const bool low = field->above ? value > field->least : value >= field->least;
    const bool high = field->below ? value < field->most : value <= field->most;
    if (low && high) {
        return LNT_OK;
    }
    if (isinf(field->most)) {
        return lnt_fail(error, LNT_ERR_INVALID, "schedule.%s is %g, expected a finite number %s %g",
                        field->name, value, field->above ? "above" : "from", field->least);
    }
    return lnt_fail(error, LNT_ERR_INVALID, "schedule.%s is %g, expected a number in %s%g, %g%s",
                    field->name, value, field->above ? "(" : "[", field->least, field->most,
                    field->below ? ")" : "]");
}

static lnt_status check_numbers(const lnt_schedule *schedule, lnt_error *error)
{
    for (size_t i = 0; i < N_FIELDS; i++) {
        const double *value =
            (const double *) (const void *) ((const char *) schedule + fields[i].offset);
        if ((fields[i].kinds & 1U << schedule->kind) != 0) {
            LNT_TRY(check_number(error, &fields[i], *value));
        }
    }
    if (schedule->warmup > 0 && !(schedule->warmup_start > 0 && schedule->warmup_start <= 1)) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "schedule.warmup_start is %g, expected a number in (0, 1]",
                        schedule->warmup_start);
    }
    return LNT_OK;
}

static lnt_status check_milestones(const lnt_schedule *schedule, lnt_error *error)
{
    if (schedule->milestones == NULL || schedule->n_milestones == 0) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "schedule.milestones is empty, expected at least 1 for multi_step");
    }
    for (size_t i = 1; i < schedule->n_milestones; i++) {
        if (schedule->milestones[i] <= schedule->milestones[i - 1]) {
            return lnt_fail(error, LNT_ERR_INVALID,
                            "schedule.milestones has %zu behind %zu, expected them to ascend",
                            schedule->milestones[i], schedule->milestones[i - 1]);
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
    LNT_TRY(check_numbers(schedule, error));
    switch (schedule->kind) {
    case LNT_SCHEDULE_STEP:
        if (schedule->period == 0) {
            return lnt_fail(error, LNT_ERR_INVALID, "schedule.period is 0, expected at least 1");
        }
        break;
    case LNT_SCHEDULE_MULTI_STEP:
        return check_milestones(schedule, error);
    case LNT_SCHEDULE_COSINE:
        if (schedule->cycle_factor == 0) {
            return lnt_fail(error, LNT_ERR_INVALID,
                            "schedule.cycle_factor is 0, expected at least 1");
        }
        schedule->period = schedule->period == 0 ? rest : schedule->period;
        break;
    case LNT_SCHEDULE_POLYNOMIAL:
    case LNT_SCHEDULE_ONE_CYCLE:
        schedule->total = schedule->total == 0 ? rest : schedule->total;
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
