/* SPDX-License-Identifier: MIT */
#include "cli/options/defaults.h"
#include "cli/options/setting_options.h"
#include "cli/options/train_settings.h"

#include <string.h>

enum { ROOM = 40, N_KINDS = LNT_SCHEDULE_PLATEAU + 1 };

static const char *schedule_name(int i)
{
    return lnt_schedule_name((lnt_schedule_kind) i);
}

static const lnt_cli_setting_rule rules[] = {
    {.setting = "kind"},
    {.setting = "per_step", .option = "schedule-per-step"},
    {.setting = "warmup", .option = "warmup", .initial = "0"},
    {.setting = "polynomial.total", .option = "schedule-total"},
    {.setting = "one_cycle.total", .option = "schedule-total"},
    {.setting = "polynomial.power", .option = "schedule-power"},
    {.setting = "cosine.period", .option = "schedule-period"},
    {.setting = "plateau.factor", .option = "plateau-factor"},
    {.setting = "plateau.patience", .option = "plateau-patience"},
    {.setting = "plateau.cooldown", .option = "plateau-cooldown"},
    {.setting = "plateau.threshold", .option = "plateau-threshold"},
    {.setting = "plateau.absolute", .option = "plateau-absolute"},
    {.setting = "plateau.eps", .option = "plateau-eps"},
};

static lnt_cli_option options[ROOM] = {
    {.name = "schedule",
     .kind = LNT_CLI_CHOICE,
     LNT_CLI_AT(fit.schedule.kind),
     .value = "NAME",
     .initial = LNT_CLI_DEFAULT_SCHEDULE,
     .choice = schedule_name,
     .help = "Learning rate schedule"},
    {.name = "milestones",
     .kind = LNT_CLI_SIZES,
     LNT_CLI_AT(milestones),
     .value = "PERIODS",
     .depends_on = "schedule",
     .only = 1ULL << LNT_SCHEDULE_MULTI_STEP,
     .most = 1000000000,
     .help = "Periods at which the learning rate changes, separated by commas"},
};

lnt_cli_group lnt_cli_schedule_group = {"Schedule:", options, 2, 0};

/* A schedule over the whole run is finer in steps. */
static bool is_per_step(lnt_schedule_kind kind)
{
    return kind == LNT_SCHEDULE_COSINE || kind == LNT_SCHEDULE_POLYNOMIAL ||
           kind == LNT_SCHEDULE_ONE_CYCLE;
}

static void defaults(unsigned kind, void *config)
{
    lnt_schedule schedule = lnt_schedule_defaults((lnt_schedule_kind) kind);
    schedule.per_step = is_per_step(schedule.kind);
    memcpy(config, &schedule, sizeof schedule);
}

void lnt_cli_schedule_options_init(void)
{
    static lnt_cli_help_text texts[ROOM], names[ROOM];
    lnt_cli_setting_source source = {.offset = offsetof(lnt_cli_train_settings, fit.schedule),
                                     .depends_on = "schedule",
                                     .n_kinds = N_KINDS,
                                     .rules = rules,
                                     .n_rules = LNT_CLI_COUNT_OF(rules),
                                     .defaults = defaults};
    source.settings = lnt_schedule_settings(&source.count);
    lnt_cli_schedule_group.count = lnt_cli_setting_options(&source, options, 2, texts, names);
}

/* One that has no course of its own in epochs, but spans the run, is finer in steps. */
static bool spans_run(const lnt_cli_train_settings *settings)
{
    const lnt_schedule *schedule = &settings->fit.schedule;
    const lnt_cli_option_values *values = &settings->values;
    const bool sized = lnt_cli_option_values_given(values, "schedule-period") ||
                       lnt_cli_option_values_given(values, "schedule-total") ||
                       schedule->warmup > 0;
    return !sized &&
           (schedule->kind == LNT_SCHEDULE_COSINE || schedule->kind == LNT_SCHEDULE_POLYNOMIAL ||
            schedule->kind == LNT_SCHEDULE_ONE_CYCLE);
}

/* Whether the optimizer has a momentum that a cycle can move; kfac's is used on mini-batches alone.
 */
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
        return optim->sgd.momentum > 0;
    case LNT_RMSPROP:
        return optim->rmsprop.momentum > 0;
    default:
        return true;
    }
}

lnt_status lnt_cli_schedule_resolve(lnt_cli_train_settings *settings, lnt_error *error)
{
    lnt_schedule *schedule = &settings->fit.schedule;
    lnt_cli_train_settings base = *settings;
    base.fit.schedule = lnt_schedule_defaults(schedule->kind);
    base.fit.schedule.per_step = spans_run(settings);
    base.fit.schedule.one_cycle.cycle_momentum = has_momentum(&settings->fit.optim);
    lnt_cli_option_values_fill(&settings->values, options, lnt_cli_schedule_group.count, &base);
    schedule->multi_step.milestones = settings->milestones.items;
    schedule->multi_step.n_milestones = settings->milestones.count;
    if (schedule->kind == LNT_SCHEDULE_MULTI_STEP && schedule->multi_step.n_milestones == 0) {
        return lnt_fail(error, LNT_ERR_INVALID, "option --schedule: multi_step needs --milestones");
    }
    return LNT_OK;
}
