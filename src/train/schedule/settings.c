/* SPDX-License-Identifier: MIT */
#include "train/schedule/settings.h"

#include <linnet/schedule.h>

/* The one description of all settings of schedules; linnet/settings.h says what comes from it. */

#define REAL(member) LNT_REAL(lnt_schedule, member)
#define SIZE(member) LNT_SIZE(lnt_schedule, member)
#define FLAG(member) LNT_FLAG(lnt_schedule, member)
#define STEP .kinds = LNT_KIND(LNT_SCHEDULE_STEP)
#define MULTI_STEP .kinds = LNT_KIND(LNT_SCHEDULE_MULTI_STEP)
#define EXPONENTIAL .kinds = LNT_KIND(LNT_SCHEDULE_EXPONENTIAL)
#define POLYNOMIAL .kinds = LNT_KIND(LNT_SCHEDULE_POLYNOMIAL)
#define COSINE .kinds = LNT_KIND(LNT_SCHEDULE_COSINE)
#define ONE_CYCLE .kinds = LNT_KIND(LNT_SCHEDULE_ONE_CYCLE)
#define PLATEAU .kinds = LNT_KIND(LNT_SCHEDULE_PLATEAU)
#define GAMMA .high = 1, .interval = LNT_OPEN_LOW, .initial = 0.1, .value = "FACTOR"
#define LENGTH .high = INFINITY, .value = "N"

static const char *kind_name(int kind)
{
    return lnt_schedule_name((lnt_schedule_kind) kind);
}

static const lnt_setting table[] = {
    {LNT_CHOICE(lnt_schedule, kind, kind_name), .kinds = LNT_ALL_KINDS, .value = "NAME",
     .help = "Learning rate schedule"},
    {FLAG(per_step), .kinds = LNT_ALL_KINDS, .help = "Count periods in steps, not epochs"},
    {SIZE(warmup), LENGTH, .kinds = LNT_ALL_KINDS,
     .help = "Periods of a linear warm-up before the schedule"},
    {REAL(warmup_start), .high = 1, .interval = LNT_OPEN_LOW, .initial = 1.0 / 3,
     .kinds = LNT_ALL_KINDS, .value = "FRACTION",
     .help = "The warm-up begins at this fraction of the learning rate"},
    {REAL(step.gamma), GAMMA, STEP, .help = "Factor on the learning rate at each change"},
    {SIZE(step.step_size), LNT_COUNT, .initial = 10, STEP, .value = "N",
     .help = "Periods between changes"},
    {REAL(multi_step.gamma), GAMMA, MULTI_STEP,
     .help = "Factor on the learning rate at each change"},
    {REAL(exponential.gamma), GAMMA, EXPONENTIAL,
     .help = "Factor on the learning rate in each period"},
    {SIZE(polynomial.total), LENGTH, POLYNOMIAL, .help = "Length in periods; 0 is the whole run"},
    {REAL(polynomial.power), LNT_POSITIVE, .initial = 1, POLYNOMIAL, .value = "POWER",
     .help = "Power of the polynomial"},
    {SIZE(cosine.period), LENGTH, COSINE,
     .help = "Periods until the first restart; 0 is the whole run"},
    {SIZE(cosine.t_mult), LNT_COUNT, .initial = 1, COSINE, .value = "FACTOR",
     .help = "Factor on the length of the cycle at each restart"},
    {REAL(cosine.min_lr), LNT_NOT_NEGATIVE, COSINE, .value = "RATE",
     .help = "Lowest learning rate"},
    {SIZE(one_cycle.total), LENGTH, ONE_CYCLE, .help = "Length in periods; 0 is the whole run"},
    {REAL(one_cycle.pct_start), .high = 1, .interval = LNT_OPEN, .initial = 0.3, ONE_CYCLE,
     .value = "FRACTION", .help = "Fraction of the cycle in which the learning rate rises"},
    {REAL(one_cycle.div_factor), LNT_POSITIVE, .initial = 25, ONE_CYCLE, .value = "FACTOR",
     .help = "The cycle begins at lr/FACTOR"},
    {REAL(one_cycle.final_div_factor), LNT_POSITIVE, .initial = 1e4, ONE_CYCLE, .value = "FACTOR",
     .help = "The cycle ends at its first learning rate divided by this"},
    {FLAG(one_cycle.cycle_momentum), .initial = 1, ONE_CYCLE,
     .help = "Cycle the momentum, or beta1, inversely to the learning rate"},
    {REAL(one_cycle.max_momentum), LNT_FRACTION, .initial = 0.95, ONE_CYCLE, .value = "FRACTION",
     .help = "Highest momentum of the cycle"},
    {REAL(one_cycle.base_momentum), LNT_FRACTION, .initial = 0.85, ONE_CYCLE, .value = "FRACTION",
     .help = "Lowest momentum of the cycle"},
    {REAL(plateau.factor), GAMMA, PLATEAU, .help = "Factor on the learning rate at each change"},
    {SIZE(plateau.patience), .initial = 10, LENGTH, PLATEAU,
     .help = "Epochs without improvement before the learning rate falls"},
    {SIZE(plateau.cooldown), LENGTH, PLATEAU,
     .help = "Epochs after a change in which the patience does not count"},
    {REAL(plateau.threshold), LNT_NOT_NEGATIVE, .initial = 1e-4, PLATEAU, .value = "NUMBER",
     .help = "Smallest change, relative to the best value, that is an improvement"},
    {FLAG(plateau.absolute), PLATEAU, .help = "The threshold is absolute, not relative"},
    {REAL(plateau.min_lr), LNT_NOT_NEGATIVE, PLATEAU, .value = "RATE",
     .help = "Lowest learning rate"},
    {REAL(plateau.eps), LNT_NOT_NEGATIVE, .initial = 1e-8, PLATEAU, .value = "RATE",
     .help = "Smallest change of the learning rate that is made"},
};

const lnt_settings lnt_schedule_table = {table, sizeof table / sizeof table[0], "schedule."};

lnt_schedule lnt_schedule_defaults(lnt_schedule_kind kind)
{
    lnt_schedule schedule = {.kind = kind};
    lnt_settings_defaults(lnt_schedule_table, 0, &schedule);
    schedule.kind = kind;
    return schedule;
}

const lnt_setting *lnt_schedule_settings(size_t *count)
{
    if (count != NULL) {
        *count = lnt_schedule_table.count;
    }
    return table;
}

lnt_status lnt_schedule_set(lnt_schedule *schedule, const char *name, const char *value,
                            lnt_error *error)
{
    return lnt_settings_set(lnt_schedule_table, schedule, name, value, error);
}

lnt_status lnt_schedule_get(const lnt_schedule *schedule, const char *name,
                            char value[LNT_SETTING_LENGTH], lnt_error *error)
{
    return lnt_settings_get(lnt_schedule_table, schedule, name, value, error);
}
