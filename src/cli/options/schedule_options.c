/* SPDX-License-Identifier: MIT */
#include "cli/options/defaults.h"
#include "cli/options/train_settings.h"

#define ONLY(bits) .ruler = "schedule", .only = (bits)
#define BIT(kind) (1ULL << (kind))
#define SHRINKING                                                                                  \
    (BIT(LNT_SCHEDULE_STEP) | BIT(LNT_SCHEDULE_MULTI_STEP) | BIT(LNT_SCHEDULE_EXPONENTIAL) |       \
     BIT(LNT_SCHEDULE_PLATEAU))
#define CYCLE BIT(LNT_SCHEDULE_ONE_CYCLE)
#define PLATEAU BIT(LNT_SCHEDULE_PLATEAU)

static const char *schedule_name(int i)
{
    return lnt_schedule_name((lnt_schedule_kind) i);
}

static const lnt_cli_option options[] = {
    {.name = "schedule",
     .kind = LNT_CLI_CHOICE,
     LNT_CLI_AT(fit.schedule.kind),
     .value = "NAME",
     .initial = LNT_CLI_DEFAULT_SCHEDULE,
     .choice = schedule_name,
     .help = "Course of the learning rate"},
    {.name = "schedule-per-step",
     .kind = LNT_CLI_SWITCH,
     LNT_CLI_AT(fit.schedule.per_step),
     ONLY(~PLATEAU),
     .help = "Count its periods in steps, not epochs; by default cosine, one_cycle and "
             "polynomial over the whole run do"},
    {.name = "schedule-factor",
     .kind = LNT_CLI_REAL,
     LNT_CLI_AT(fit.schedule.factor),
     .value = "FACTOR",
     ONLY(SHRINKING),
     .high = 1,
     .above_low = true,
     .help = "On the learning rate at each change, by default 0.1"},
    {.name = "schedule-period",
     .kind = LNT_CLI_SIZE,
     LNT_CLI_AT(fit.schedule.period),
     .value = "N",
     ONLY(BIT(LNT_SCHEDULE_STEP) | BIT(LNT_SCHEDULE_COSINE)),
     .most = 1000000000,
     .help = "Periods between changes, by default 10; of cosine until it restarts, by default 0: "
             "the whole run"},
    {.name = "schedule-milestones",
     .kind = LNT_CLI_SIZES,
     LNT_CLI_AT(milestones),
     .value = "PERIODS",
     ONLY(BIT(LNT_SCHEDULE_MULTI_STEP)),
     .most = 1000000000,
     .help = "When it changes, separated by commas"},
    {.name = "schedule-total",
     .kind = LNT_CLI_SIZE,
     LNT_CLI_AT(fit.schedule.total),
     .value = "N",
     ONLY(BIT(LNT_SCHEDULE_POLYNOMIAL) | CYCLE),
     .most = 1000000000,
     .help = "Its length, by default 0: the whole run"},
    {.name = "schedule-power",
     .kind = LNT_CLI_REAL,
     LNT_CLI_AT(fit.schedule.power),
     .value = "POWER",
     ONLY(BIT(LNT_SCHEDULE_POLYNOMIAL)),
     .high = 100,
     .above_low = true,
     .help = "By default 1, a straight line"},
    {.name = "schedule-least",
     .kind = LNT_CLI_REAL,
     LNT_CLI_AT(fit.schedule.least),
     .value = "RATE",
     ONLY(BIT(LNT_SCHEDULE_COSINE) | PLATEAU),
     .high = 1000,
     .help = "Lowest learning rate, by default 0"},
    {.name = "schedule-stretch",
     .kind = LNT_CLI_SIZE,
     LNT_CLI_AT(fit.schedule.cycle_factor),
     .value = "FACTOR",
     ONLY(BIT(LNT_SCHEDULE_COSINE)),
     .least = 1,
     .most = 1000,
     .help = "How much longer each period is than the one before, by default 1"},
    {.name = "schedule-rise",
     .kind = LNT_CLI_REAL,
     LNT_CLI_AT(fit.schedule.rise),
     .value = "SHARE",
     ONLY(CYCLE),
     .high = 1,
     .above_low = true,
     .below_high = true,
     .help = "Share in which the rate rises, by default 0.3"},
    {.name = "schedule-start-factor",
     .kind = LNT_CLI_REAL,
     LNT_CLI_AT(fit.schedule.start_factor),
     .value = "FACTOR",
     ONLY(CYCLE),
     .high = 1000000000,
     .above_low = true,
     .help = "It begins at lr divided by this, by default 25"},
    {.name = "schedule-end-factor",
     .kind = LNT_CLI_REAL,
     LNT_CLI_AT(fit.schedule.end_factor),
     .value = "FACTOR",
     ONLY(CYCLE),
     .high = 1000000000,
     .above_low = true,
     .help = "It ends at the first rate divided by this, by default 10000"},
    {.name = "schedule-cycle-momentum",
     .kind = LNT_CLI_SWITCH,
     LNT_CLI_AT(fit.schedule.cycle_momentum),
     ONLY(CYCLE),
     .help = "Let momentum, or beta1, go the other way; by default it does where there is one"},
    {.name = "schedule-momentum-high",
     .kind = LNT_CLI_REAL,
     LNT_CLI_AT(fit.schedule.momentum_high),
     .value = "SHARE",
     ONLY(CYCLE),
     .high = 1,
     .below_high = true,
     .help = "By default 0.95"},
    {.name = "schedule-momentum-low",
     .kind = LNT_CLI_REAL,
     LNT_CLI_AT(fit.schedule.momentum_low),
     .value = "SHARE",
     ONLY(CYCLE),
     .high = 1,
     .below_high = true,
     .help = "By default 0.85"},
    {.name = "schedule-patience",
     .kind = LNT_CLI_SIZE,
     LNT_CLI_AT(fit.schedule.patience),
     .value = "EPOCHS",
     ONLY(PLATEAU),
     .most = 1000000,
     .help = "Epochs without improvement that are borne, by default 10"},
    {.name = "schedule-cooldown",
     .kind = LNT_CLI_SIZE,
     LNT_CLI_AT(fit.schedule.cooldown),
     .value = "EPOCHS",
     ONLY(PLATEAU),
     .most = 1000000,
     .help = "Epochs after a change that do not count, by default 0"},
    {.name = "schedule-threshold",
     .kind = LNT_CLI_REAL,
     LNT_CLI_AT(fit.schedule.threshold),
     .value = "NUMBER",
     ONLY(PLATEAU),
     .high = 1000000,
     .help = "Least share of the best value that is an improvement, by default 1e-4"},
    {.name = "schedule-absolute",
     .kind = LNT_CLI_SWITCH,
     LNT_CLI_AT(fit.schedule.absolute),
     ONLY(PLATEAU),
     .help = "The threshold is a difference, not a share"},
    {.name = "schedule-least-change",
     .kind = LNT_CLI_REAL,
     LNT_CLI_AT(fit.schedule.least_change),
     .value = "RATE",
     ONLY(PLATEAU),
     .high = 1000,
     .help = "Smaller changes of the rate are not made, by default 1e-8"},
    {.name = "warmup",
     .kind = LNT_CLI_SIZE,
     LNT_CLI_AT(fit.schedule.warmup),
     .value = "N",
     .initial = "0",
     .most = 1000000000,
     .help = "Periods of a linear rise before the schedule"},
    {.name = "warmup-start",
     .kind = LNT_CLI_REAL,
     LNT_CLI_AT(fit.schedule.warmup_start),
     .value = "SHARE",
     .high = 1,
     .above_low = true,
     .help = "Share of lr at which the rise begins, by default 1/3"},
};

const lnt_cli_group lnt_cli_schedule_group = {"Schedule:", options, LNT_CLI_COUNT_OF(options), 0};

/* One that has no course of its own in epochs, but spans the run, is finer in steps. */
static bool spans_run(const lnt_cli_train_settings *settings)
{
    const lnt_schedule *schedule = &settings->fit.schedule;
    const lnt_cli_values *values = &settings->values;
    const bool sized = lnt_cli_values_given(values, "schedule-period") ||
                       lnt_cli_values_given(values, "schedule-total") || schedule->warmup > 0;
    return !sized &&
           (schedule->kind == LNT_SCHEDULE_COSINE || schedule->kind == LNT_SCHEDULE_POLYNOMIAL ||
            schedule->kind == LNT_SCHEDULE_ONE_CYCLE);
}

static bool has_momentum(const lnt_optim_config *optim)
{
    switch (optim->kind) {
    case LNT_ADAGRAD:
    case LNT_RPROP:
    case LNT_LBFGS:
    case LNT_SCG:
    case LNT_LM:
    case LNT_KFAC:
        return false;
    case LNT_SGD:
    case LNT_RMSPROP:
        return optim->momentum > 0;
    default:
        return true;
    }
}

lnt_status lnt_cli_schedule_settle(lnt_cli_train_settings *settings, lnt_error *error)
{
    lnt_schedule *schedule = &settings->fit.schedule;
    lnt_cli_train_settings base = *settings;
    base.fit.schedule = lnt_schedule_defaults(schedule->kind);
    base.fit.schedule.per_step = spans_run(settings);
    base.fit.schedule.cycle_momentum = has_momentum(&settings->fit.optim);
    if (schedule->kind == LNT_SCHEDULE_COSINE) {
        base.fit.schedule.period = 0;
    }
    lnt_cli_values_fill(&settings->values, options, LNT_CLI_COUNT_OF(options), &base);
    schedule->milestones = settings->milestones.items;
    schedule->n_milestones = settings->milestones.count;
    if (schedule->kind == LNT_SCHEDULE_MULTI_STEP && schedule->n_milestones == 0) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "option --schedule: multi_step needs --schedule-milestones");
    }
    return LNT_OK;
}
