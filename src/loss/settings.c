/* SPDX-License-Identifier: MIT */
#include "loss/loss.h"

/* The one description of all settings of losses; linnet/settings.h says what comes from it. */

#define CROSS_ENTROPIES                                                                            \
    (LNT_KIND(LNT_LOSS_SOFTMAX_CROSS_ENTROPY) | LNT_KIND(LNT_LOSS_BINARY_CROSS_ENTROPY))

static const char *kind_name(int kind)
{
    return lnt_loss_name((lnt_loss_kind) kind);
}

static const char *reduction_name(int reduction)
{
    return reduction == LNT_MEAN ? "mean" : reduction == LNT_SUM ? "sum" : NULL;
}

static const lnt_setting table[] = {
    {LNT_CHOICE(lnt_loss, kind, kind_name), .kinds = LNT_ALL_KINDS, .value = "NAME",
     .help = "Loss"},
    {LNT_CHOICE(lnt_loss, value_reduction, reduction_name), .kinds = LNT_ALL_KINDS,
     .value = "REDUCTION", .help = "Reduction of the reported loss over rows and columns"},
    {LNT_CHOICE(lnt_loss, gradient_reduction, reduction_name), .kinds = LNT_ALL_KINDS,
     .value = "REDUCTION", .help = "Reduction of the loss whose gradient is computed"},
    {LNT_REAL(lnt_loss, delta), LNT_POSITIVE, .initial = 1, .kinds = LNT_KIND(LNT_LOSS_HUBER),
     .value = "NUMBER", .help = "Error at which the Huber loss becomes linear"},
    {LNT_REAL(lnt_loss, quantile), .high = 1, .interval = LNT_OPEN, .initial = 0.5,
     .kinds = LNT_KIND(LNT_LOSS_QUANTILE), .value = "FRACTION", .help = "Quantile to predict"},
    {LNT_REAL(lnt_loss, label_smoothing), LNT_FRACTION, .kinds = CROSS_ENTROPIES,
     .value = "FRACTION", .help = "Label smoothing"},
    {LNT_REAL(lnt_loss, epsilon), LNT_NOT_NEGATIVE, .initial = 1e-6,
     .kinds = LNT_KIND(LNT_LOSS_GAUSSIAN), .value = "NUMBER",
     .help = "Added to the variance of the Gaussian loss"},
};

const lnt_settings lnt_loss_table = {table, sizeof table / sizeof table[0], "loss."};

const lnt_setting *lnt_loss_parameter(lnt_loss_kind kind)
{
    for (size_t i = 0; i < lnt_loss_table.count; i++) {
        if (table[i].type == LNT_SETTING_REAL && (table[i].kinds & LNT_KIND(kind)) != 0) {
            return &table[i];
        }
    }
    return NULL;
}

lnt_loss lnt_loss_defaults(lnt_loss_kind kind, lnt_reduction reduction)
{
    lnt_loss loss = {.kind = kind};
    lnt_settings_defaults(lnt_loss_table, 0, &loss);
    loss.kind = kind;
    loss.value_reduction = loss.gradient_reduction = reduction;
    return loss;
}

const lnt_setting *lnt_loss_settings(size_t *count)
{
    if (count != NULL) {
        *count = lnt_loss_table.count;
    }
    return table;
}

lnt_status lnt_loss_set(lnt_loss *loss, const char *name, const char *value, lnt_error *error)
{
    return lnt_settings_set(lnt_loss_table, loss, name, value, error);
}

lnt_status lnt_loss_get(const lnt_loss *loss, const char *name, char value[LNT_SETTING_LENGTH],
                        lnt_error *error)
{
    return lnt_settings_get(lnt_loss_table, loss, name, value, error);
}
