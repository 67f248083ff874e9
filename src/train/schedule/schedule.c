/* SPDX-License-Identifier: MIT */
#include <linnet/schedule.h>

#include <math.h>
#include <stdint.h>
#include <string.h>

static const char *const names[] = {
    [LNT_SCHEDULE_CONSTANT] = "constant",     [LNT_SCHEDULE_STEP] = "step",
    [LNT_SCHEDULE_MULTI_STEP] = "multi_step", [LNT_SCHEDULE_EXPONENTIAL] = "exponential",
    [LNT_SCHEDULE_POLYNOMIAL] = "polynomial", [LNT_SCHEDULE_COSINE] = "cosine",
    [LNT_SCHEDULE_ONE_CYCLE] = "one_cycle",   [LNT_SCHEDULE_PLATEAU] = "plateau",
};

enum { N_KINDS = sizeof names / sizeof names[0] };

static const double pi = 3.14159265358979323846;

const char *lnt_schedule_name(lnt_schedule_kind kind)
{
    return (unsigned) kind < N_KINDS ? names[kind] : NULL;
}

lnt_status lnt_schedule_find(const char *name, lnt_schedule_kind *kind)
{
    if (name == NULL || kind == NULL) {
        return LNT_ERR_NULL;
    }
    for (unsigned i = 0; i < N_KINDS; i++) {
        if (strcmp(names[i], name) == 0) {
            *kind = (lnt_schedule_kind) i;
            return LNT_OK;
        }
    }
    return LNT_ERR_INVALID;
}

lnt_schedule lnt_schedule_defaults(lnt_schedule_kind kind)
{
    return (lnt_schedule){.kind = kind,
                          .factor = 0.1,
                          .period = kind == LNT_SCHEDULE_COSINE ? 0 : 10,
                          .power = 1,
                          .cycle_factor = 1,
                          .rise = 0.3,
                          .start_factor = 25,
                          .end_factor = 1e4,
                          .cycle_momentum = true,
                          .momentum_high = 0.95,
                          .momentum_low = 0.85,
                          .patience = 10,
                          .threshold = 1e-4,
                          .least_change = 1e-8,
                          .warmup_start = 1.0 / 3};
}

/* Rising from warmup_start to 1. */
static double warmup_factor(const lnt_schedule *schedule, size_t t)
{
    const double share = (double) t / (double) schedule->warmup;
    return schedule->warmup_start + (1 - schedule->warmup_start) * share;
}

static double cosine(const lnt_schedule *schedule, double base, size_t t)
{
    size_t length = schedule->period;
    if (schedule->cycle_factor == 1) {
        t %= length;
    }
    while (t >= length) { /* a cycle at least doubles, so there are few */
        t -= length;
        length =
            length > SIZE_MAX / schedule->cycle_factor ? SIZE_MAX : length * schedule->cycle_factor;
    }
    const double fall = (1 + cos(pi * (double) t / (double) length)) / 2;
    return schedule->least + (base - schedule->least) * fall;
}

/* From `start` to `end` along half a cosine. */
static double along_cosine(double start, double end, double share)
{
    return end + (start - end) / 2 * (1 + cos(pi * share));
}

/* The share of period t in its phase; PyTorch's phases end one period early, as theirs begin at 0.
 */
static double phase(const lnt_schedule *schedule, size_t t, bool *rising)
{
    const double last = (double) schedule->total - 1, place = fmin((double) t, last);
    const double top = schedule->rise * (double) schedule->total - 1;
    *rising = place <= top;
    return *rising ? (top > 0 ? place / top : 1) : (place - top) / (last - top);
}

static double one_cycle(const lnt_schedule *schedule, double base, size_t t)
{
    bool rising;
    const double share = phase(schedule, t, &rising), start = base / schedule->start_factor;
    return rising ? along_cosine(start, base, share)
                  : along_cosine(base, start / schedule->end_factor, share);
}

static size_t milestones_passed(const lnt_schedule *schedule, size_t t)
{
    size_t count = 0;
    while (count < schedule->n_milestones && schedule->milestones[count] <= t) {
        count++;
    }
    return count;
}

double lnt_schedule_learning_rate(const lnt_schedule *schedule, double base, size_t t)
{
    if (t < schedule->warmup) {
        return base * warmup_factor(schedule, t);
    }
    t -= schedule->warmup;
    switch (schedule->kind) {
    case LNT_SCHEDULE_STEP:
        return base * pow(schedule->factor, (double) (t / schedule->period));
    case LNT_SCHEDULE_MULTI_STEP:
        return base * pow(schedule->factor, (double) milestones_passed(schedule, t));
    case LNT_SCHEDULE_EXPONENTIAL:
        return base * pow(schedule->factor, (double) t);
    case LNT_SCHEDULE_POLYNOMIAL:
        return base * pow(1 - fmin((double) t / (double) schedule->total, 1), schedule->power);
    case LNT_SCHEDULE_COSINE:
        return cosine(schedule, base, t);
    case LNT_SCHEDULE_ONE_CYCLE:
        return one_cycle(schedule, base, t);
    default:
        return base;
    }
}

double lnt_schedule_momentum(const lnt_schedule *schedule, size_t t)
{
    if (schedule->kind != LNT_SCHEDULE_ONE_CYCLE || !schedule->cycle_momentum) {
        return NAN;
    }
    if (t < schedule->warmup) {
        return schedule->momentum_high;
    }
    bool rising;
    const double share = phase(schedule, t - schedule->warmup, &rising);
    return rising ? along_cosine(schedule->momentum_high, schedule->momentum_low, share)
                  : along_cosine(schedule->momentum_low, schedule->momentum_high, share);
}

/* By a share of the best's size: a loss below 0 that stands still does not improve. */
static bool is_better(const lnt_plateau *plateau, const lnt_schedule *schedule, double value)
{
    const double unit = schedule->absolute ? 1 : fabs(plateau->best);
    return isinf(plateau->best) ? value < plateau->best
                                : value < plateau->best - schedule->threshold * unit;
}

double lnt_plateau_update(lnt_plateau *plateau, const lnt_schedule *schedule, double base,
                          double value)
{
    if (!plateau->begun) {
        *plateau = (lnt_plateau){.begun = true, .best = INFINITY, .rate = base};
    }
    if (is_better(plateau, schedule, value)) {
        plateau->best = value;
        plateau->bad = 0;
    } else {
        plateau->bad++;
    }
    if (plateau->cooling > 0) {
        plateau->cooling--;
        plateau->bad = 0;
    }
    if (plateau->bad > schedule->patience) {
        const double next = fmax(plateau->rate * schedule->factor, schedule->least);
        if (plateau->rate - next > schedule->least_change) {
            plateau->rate = next;
        }
        plateau->cooling = schedule->cooldown;
        plateau->bad = 0;
    }
    return plateau->rate;
}
