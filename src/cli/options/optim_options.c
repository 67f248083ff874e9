/* SPDX-License-Identifier: MIT */
#include "cli/options/defaults.h"
#include "cli/options/setting_options.h"
#include "cli/options/train_settings.h"

#include <string.h>

enum { ROOM = 64, N_KINDS = LNT_KFAC + 1 };

static const char *optim_name(int i)
{
    return i == LNT_CLI_OPTIM_AUTO ? "auto" : lnt_optim_name((lnt_optim_kind) i);
}

static const lnt_cli_setting_rule rules[] = {
    {.setting = "kind"},
    {.setting = "kfac.seed"},
    {.setting = "max_rows"},
    {.setting = "learning_rate", .option = "lr"},
    {.setting = "muon.adam_learning_rate", .option = "adam-lr"},
    {.setting = "lm.system", .option = "lm-system"},
    {.setting = "max_bytes",
     .option = "max-optimizer-memory",
     .kind = LNT_CLI_BYTES,
     .help = "Most memory of the optimizer; 0 sets no limit, by default half of the machine's "
             "memory"},
    {.setting = "l1", .option = "l1", .initial = "0"},
    {.setting = "l2", .option = "l2", .initial = "0"},
    {.setting = "decay_all", .option = "decay-all", .initial = "no"},
    {.setting = "clip_value", .option = "clip-value", .initial = "0"},
    {.setting = "clip_norm", .option = "clip-norm", .initial = "0"},
    {.setting = "accumulate", .option = "accumulate", .initial = "1"},
    {.setting = "ema_decay", .option = "ema-decay", .initial = "0"},
};

static lnt_cli_option options[ROOM] = {
    {.name = "optimizer",
     .kind = LNT_CLI_CHOICE,
     LNT_CLI_AT(fit.optim.kind),
     .value = "NAME",
     .initial = LNT_CLI_DEFAULT_OPTIMIZER,
     .choice = optim_name,
     .help = "Optimizer; auto: picked by parameters, rows and loss"},
};

lnt_cli_group lnt_cli_optim_group = {"Optimizer:", options, 1, 0};

lnt_optim_config lnt_cli_optim_defaults(lnt_optim_kind kind)
{
    lnt_optim_config config = lnt_optim_defaults(kind);
    config.sgd.momentum = LNT_CLI_DEFAULT_MOMENTUM;
    if (kind == LNT_ADAMW) {
        config.learning_rate = LNT_CLI_DEFAULT_ADAMW_RATE;
        config.weight_decay = LNT_CLI_DEFAULT_ADAMW_DECAY;
    }
    return config;
}

static void defaults(unsigned kind, void *config)
{
    const lnt_optim_config optim = lnt_cli_optim_defaults((lnt_optim_kind) kind);
    memcpy(config, &optim, sizeof optim);
}

void lnt_cli_optim_options_init(void)
{
    static lnt_cli_help_text texts[ROOM], names[ROOM];
    lnt_cli_setting_source source = {.offset = offsetof(lnt_cli_train_settings, fit.optim),
                                     .depends_on = "optimizer",
                                     .n_kinds = N_KINDS,
                                     .rules = rules,
                                     .n_rules = LNT_CLI_COUNT_OF(rules),
                                     .defaults = defaults};
    source.settings = lnt_optim_settings(&source.count);
    lnt_cli_optim_group.count = lnt_cli_setting_options(&source, options, 1, texts, names);
}
