/* SPDX-License-Identifier: MIT */
#include "cli/options/setting_options.h"
#include "cli/options/train_settings.h"

#include <string.h>

#define AUTO 1ULL
#define BIT(kind) (1ULL << ((kind) + 1))

enum { ROOM = 12 };

static const char *loss_name(int i)
{
    if (i == 0) {
        return "auto";
    }
    return i > 0 && i - 1 < LNT_LOSS_CUSTOM ? lnt_loss_name((lnt_loss_kind) (i - 1)) : NULL;
}

static const lnt_cli_setting_rule rules[] = {
    {.setting = "kind"},
    {.setting = "value_reduction"},
    {.setting = "gradient_reduction"},
    {.setting = "epsilon", .option = "variance-floor"},
};

static lnt_cli_option options[ROOM] = {
    {.name = "loss",
     .kind = LNT_CLI_CHOICE,
     LNT_CLI_AT(loss_choice),
     .value = "NAME",
     .initial = "auto",
     .choice = loss_name,
     .help = "Loss; auto: softmax_cross_entropy for classes, mse for numbers"},
    {.name = "class-weights",
     .kind = LNT_CLI_TEXT,
     LNT_CLI_AT(class_weights),
     .value = "WEIGHTS",
     .depends_on = "loss",
     .only = AUTO | BIT(LNT_LOSS_SOFTMAX_CROSS_ENTROPY) | BIT(LNT_LOSS_BINARY_CROSS_ENTROPY),
     .help = "balanced: inversely proportional to the frequency of the class; or CLASS=WEIGHT, "
             "separated by commas, 1 for other classes"},
};

lnt_cli_group lnt_cli_loss_group = {"Loss:", options, 2, 0};

static void defaults(unsigned kind, void *config)
{
    const lnt_loss loss = lnt_loss_defaults((lnt_loss_kind) kind, LNT_MEAN);
    memcpy(config, &loss, sizeof loss);
}

void lnt_cli_loss_options_init(void)
{
    static lnt_cli_help_text texts[ROOM], names[ROOM];
    lnt_cli_setting_source source = {.offset = offsetof(lnt_cli_train_settings, loss),
                                     .depends_on = "loss",
                                     .first = 1,
                                     .n_kinds = LNT_LOSS_CUSTOM,
                                     .rules = rules,
                                     .n_rules = LNT_CLI_COUNT_OF(rules),
                                     .defaults = defaults};
    source.settings = lnt_loss_settings(&source.count);
    lnt_cli_loss_group.count = lnt_cli_setting_options(&source, options, 2, texts, names);
    for (size_t i = 0; i < lnt_cli_loss_group.count; i++) {
        if ((options[i].only & BIT(LNT_LOSS_SOFTMAX_CROSS_ENTROPY)) != 0 &&
            options[i].only != ~0ULL) {
            options[i].only |= AUTO; /* which may become this loss */
        }
    }
}

void lnt_cli_loss_resolve(lnt_cli_train_settings *settings, const lnt_loss *loss)
{
    lnt_cli_train_settings base = *settings;
    base.loss = *loss;
    settings->loss_choice = 1 + (int) loss->kind;
    settings->loss.kind = loss->kind;
    settings->loss.value_reduction = loss->value_reduction;
    settings->loss.gradient_reduction = loss->gradient_reduction;
    settings->loss.class_weights = loss->class_weights;
    settings->loss.n_class_weights = loss->n_class_weights;
    lnt_cli_option_values_fill(&settings->values, options, lnt_cli_loss_group.count, &base);
}
