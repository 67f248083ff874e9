/* SPDX-License-Identifier: MIT */
#include "cli/options/train_settings.h"

#define ONLY(bits) .ruler = "loss", .only = (bits)
#define AUTO 1ULL
#define BIT(kind) (1ULL << ((kind) + 1))

static const char *loss_name(int i)
{
    if (i == 0) {
        return "auto";
    }
    return i > 0 && i - 1 < LNT_LOSS_CUSTOM ? lnt_loss_name((lnt_loss_kind) (i - 1)) : NULL;
}

static const lnt_cli_option options[] = {
    {.name = "loss",
     .kind = LNT_CLI_CHOICE,
     LNT_CLI_AT(loss_choice),
     .value = "NAME",
     .initial = "auto",
     .choice = loss_name,
     .help = "What is minimised; auto: softmax_cross_entropy for classes, mse for numbers"},
    {.name = "delta",
     .kind = LNT_CLI_REAL,
     LNT_CLI_AT(loss.delta),
     .value = "NUMBER",
     ONLY(BIT(LNT_LOSS_HUBER)),
     .high = 1000000,
     .above_low = true,
     .help = "Error from which the loss is linear, by default 1"},
    {.name = "quantile",
     .kind = LNT_CLI_REAL,
     LNT_CLI_AT(loss.quantile),
     .value = "SHARE",
     ONLY(BIT(LNT_LOSS_QUANTILE)),
     .high = 1,
     .above_low = true,
     .below_high = true,
     .help = "Quantile to learn, by default 0.5"},
    {.name = "label-smoothing",
     .kind = LNT_CLI_REAL,
     LNT_CLI_AT(loss.label_smoothing),
     .value = "SHARE",
     ONLY(AUTO | BIT(LNT_LOSS_SOFTMAX_CROSS_ENTROPY) | BIT(LNT_LOSS_BINARY_CROSS_ENTROPY)),
     .high = 1,
     .below_high = true,
     .help = "Share of a label that is spread over all classes, by default 0"},
    {.name = "variance-floor",
     .kind = LNT_CLI_REAL,
     LNT_CLI_AT(loss.epsilon),
     .value = "NUMBER",
     ONLY(BIT(LNT_LOSS_GAUSSIAN)),
     .high = 1000,
     .help = "Added to the variance, by default 1e-6"},
    {.name = "class-weights",
     .kind = LNT_CLI_TEXT,
     LNT_CLI_AT(class_weights),
     .value = "WEIGHTS",
     ONLY(AUTO | BIT(LNT_LOSS_SOFTMAX_CROSS_ENTROPY) | BIT(LNT_LOSS_BINARY_CROSS_ENTROPY)),
     .help = "balanced: rare classes weigh more; or CLASS=WEIGHT, separated by commas, 1 for "
             "those not named"},
};

const lnt_cli_group lnt_cli_loss_group = {"Loss:", options, LNT_CLI_COUNT_OF(options), 0};

void lnt_cli_loss_settle(lnt_cli_train_settings *settings, const lnt_loss *loss)
{
    lnt_cli_train_settings base = *settings;
    base.loss = *loss;
    settings->loss_choice = 1 + (int) loss->kind;
    settings->loss.kind = loss->kind;
    settings->loss.value_reduction = loss->value_reduction;
    settings->loss.gradient_reduction = loss->gradient_reduction;
    settings->loss.class_weights = loss->class_weights;
    settings->loss.n_class_weights = loss->n_class_weights;
    lnt_cli_values_fill(&settings->values, options, LNT_CLI_COUNT_OF(options), &base);
}
