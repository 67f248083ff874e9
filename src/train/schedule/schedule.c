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

/* Rises from warmup_start to 1. */
static double warmup_factor(const lnt_schedule *schedule, size_t t)
{
    const double share = (double) t / (double) schedule->warmup;
    return schedule->warmup_start + (1 - schedule->warmup_start) * share;
}

static double cosine(const lnt_schedule *schedule, double base, size_t t)
{
    size_t length = schedule->cosine.period;
    if (schedule->cosine.t_mult == 1) {
        t %= length;
    }
    while (t >= length) { /* each cycle is at least twice as long, so there are few */
        t -= length;
        length = length > SIZE_MAX / schedule->cosine.t_mult ? SIZE_MAX
                                                             : length * schedule->cosine.t_mult;
    }
    const double fall = (1 + cos(pi * (double) t / (double) length)) / 2;
    return schedule->cosine.min_lr + (base - schedule->cosine.min_lr) * fall;
}

/* From `start` to `end` along half a cosine. */
static double along_cosine(double start, double end, double share)
{
    return end + (start - end) / 2 * (1 + cos(pi * share));
}

/* The fraction of its phase at period t. As in PyTorch, a phase ends one period early, because
 * phases begin at 0. */
static double phase(const lnt_schedule *schedule, size_t t, bool *rising)
{
    const double last = (double) schedule->one_cycle.total - 1, position = fmin((double) t, last);
    const double top = schedule->one_cycle.pct_start * (double) schedule->one_cycle.total - 1;
    *rising = position <= top;
    return *rising ? (top > 0 ? position / top : 1) : (position - top) / (last - top);
}

static double one_cycle(const lnt_schedule *schedule, double base, size_t t)
{
    bool rising;
    const double share = phase(schedule, t, &rising), start = base / schedule->one_cycle.div_factor;
    return rising ? along_cosine(start, base, share)
                  : along_cosine(base, start / schedule->one_cycle.final_div_factor, share);
}

static size_t milestones_passed(const lnt_schedule *schedule, size_t t)
{
    size_t count = 0;
    while (count < schedule->multi_step.n_milestones &&
           schedule->multi_step.milestones[count] <= t) {
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
        return base * pow(schedule->step.gamma, (double) (t / schedule->step.step_size));
    case LNT_SCHEDULE_MULTI_STEP:
        return base * pow(schedule->multi_step.gamma, (double) milestones_passed(schedule, t));
    case LNT_SCHEDULE_EXPONENTIAL:
        return base * pow(schedule->exponential.gamma, (double) t);
    case LNT_SCHEDULE_POLYNOMIAL:
        return base * pow(1 - fmin((double) t / (double) schedule->polynomial.total, 1),
                          schedule->polynomial.power);
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
    if (schedule->kind != LNT_SCHEDULE_ONE_CYCLE || !schedule->one_cycle.cycle_momentum) {
        return NAN;
    }
    if (t < schedule->warmup) {
        return schedule->one_cycle.max_momentum;
    }
    bool rising;
    const double share = phase(schedule, t - schedule->warmup, &rising);
    return rising ? along_cosine(schedule->one_cycle.max_momentum,
                                 schedule->one_cycle.base_momentum, share)
                  : along_cosine(schedule->one_cycle.base_momentum,
                                 schedule->one_cycle.max_momentum, share);
}

/* The threshold is relative to the size of the best value: a negative loss that does not change
 * does not improve. */
static bool is_better(const lnt_plateau *plateau, const lnt_schedule *schedule, double value)
{
    const double unit = schedule->plateau.absolute ? 1 : fabs(plateau->best);
    return isinf(plateau->best) ? value < plateau->best
                                : value < plateau->best - schedule->plateau.threshold * unit;
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
    if (plateau->bad > schedule->plateau.patience) {
        const double next =
            fmax(plateau->rate * schedule->plateau.factor, schedule->plateau.min_lr);
        if (plateau->rate - next > schedule->plateau.eps) {
            plateau->rate = next;
        }
        plateau->cooling = schedule->plateau.cooldown;
        plateau->bad = 0;
    }
    return plateau->rate;
}
