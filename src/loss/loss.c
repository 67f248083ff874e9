/* SPDX-License-Identifier: MIT */
#include "loss/loss.h"

#include <string.h>

static const lnt_loss_ops *const table[] = {
    [LNT_LOSS_MSE] = &lnt_loss_mse,
    [LNT_LOSS_SOFTMAX_CROSS_ENTROPY] = &lnt_loss_softmax_cross_entropy,
    [LNT_LOSS_MAE] = &lnt_loss_mae,
    [LNT_LOSS_HUBER] = &lnt_loss_huber,
    [LNT_LOSS_LOG_COSH] = &lnt_loss_log_cosh,
    [LNT_LOSS_QUANTILE] = &lnt_loss_quantile,
    [LNT_LOSS_BINARY_CROSS_ENTROPY] = &lnt_loss_binary_cross_entropy,
    [LNT_LOSS_POISSON] = &lnt_loss_poisson,
    [LNT_LOSS_GAUSSIAN] = &lnt_loss_gaussian,
    [LNT_LOSS_CUSTOM] = &lnt_loss_custom,
};

enum { N_LOSSES = sizeof table / sizeof table[0] };

const lnt_loss_ops *lnt_loss_ops_of(lnt_loss_kind kind)
{
    return (unsigned) kind < N_LOSSES ? table[kind] : NULL;
}

/* --- constructors --- */

lnt_loss lnt_loss_defaults(lnt_loss_kind kind, lnt_reduction reduction)
{
    return (lnt_loss){.kind = kind,
                      .value_reduction = reduction,
                      .gradient_reduction = reduction,
                      .delta = 1,
                      .quantile = 0.5,
                      .epsilon = 1e-6};
}

lnt_loss lnt_mse(lnt_reduction reduction)
{
    return lnt_loss_defaults(LNT_LOSS_MSE, reduction);
}

lnt_loss lnt_mae(lnt_reduction reduction)
{
    return lnt_loss_defaults(LNT_LOSS_MAE, reduction);
}

lnt_loss lnt_huber(double delta, lnt_reduction reduction)
{
    lnt_loss loss = lnt_loss_defaults(LNT_LOSS_HUBER, reduction);
    loss.delta = delta;
    return loss;
}

lnt_loss lnt_log_cosh(lnt_reduction reduction)
{
    return lnt_loss_defaults(LNT_LOSS_LOG_COSH, reduction);
}

lnt_loss lnt_quantile(double quantile, lnt_reduction reduction)
{
    lnt_loss loss = lnt_loss_defaults(LNT_LOSS_QUANTILE, reduction);
    loss.quantile = quantile;
    return loss;
}

lnt_loss lnt_softmax_cross_entropy(lnt_reduction reduction)
{
    return lnt_loss_defaults(LNT_LOSS_SOFTMAX_CROSS_ENTROPY, reduction);
}

lnt_loss lnt_binary_cross_entropy(lnt_reduction reduction)
{
    return lnt_loss_defaults(LNT_LOSS_BINARY_CROSS_ENTROPY, reduction);
}

lnt_loss lnt_poisson(lnt_reduction reduction)
{
    return lnt_loss_defaults(LNT_LOSS_POISSON, reduction);
}

lnt_loss lnt_gaussian(lnt_reduction reduction)
{
    return lnt_loss_defaults(LNT_LOSS_GAUSSIAN, reduction);
}

lnt_loss lnt_custom_loss(lnt_loss_function function, void *context, lnt_reduction reduction)
{
    lnt_loss loss = lnt_loss_defaults(LNT_LOSS_CUSTOM, reduction);
    loss.function = function;
    loss.context = context;
    return loss;
}

/* --- names and sizes --- */

const char *lnt_loss_name(lnt_loss_kind kind)
{
    const lnt_loss_ops *ops = lnt_loss_ops_of(kind);
    return ops != NULL ? ops->name : NULL;
}

lnt_status lnt_loss_find(const char *name, lnt_loss_kind *kind)
{
    if (name == NULL || kind == NULL) {
        return LNT_ERR_NULL;
    }
    for (unsigned i = 0; i < N_LOSSES; i++) {
        if (strcmp(table[i]->name, name) == 0) {
            *kind = (lnt_loss_kind) i;
            return LNT_OK;
        }
    }
    return LNT_ERR_INVALID;
}

bool lnt_loss_is_classification(lnt_loss_kind kind)
{
    const lnt_loss_ops *ops = lnt_loss_ops_of(kind);
    return ops != NULL && ops->classification;
}

size_t lnt_loss_target_cols(lnt_loss_kind kind, size_t outputs)
{
    const lnt_loss_ops *ops = lnt_loss_ops_of(kind);
    if (ops == NULL || (ops->form == LNT_LOSS_BY_CLASS && outputs < 2)) {
        return 0;
    }
    if (ops->form == LNT_LOSS_BY_HALVES) {
        return outputs % 2 == 0 ? outputs / 2 : 0;
    }
    return outputs;
}

size_t lnt_loss_classes(lnt_loss_kind kind, size_t outputs)
{
    const lnt_loss_ops *ops = lnt_loss_ops_of(kind);
    if (ops == NULL || !ops->classification) {
        return 0;
    }
    if (ops->form == LNT_LOSS_BY_CLASS) {
        return outputs >= 2 ? outputs : 0;
    }
    return outputs == 1 ? 2 : 0;
}

size_t lnt_loss_weights_expected(lnt_loss_kind kind, size_t outputs)
{
    const lnt_loss_ops *ops = lnt_loss_ops_of(kind);
    if (ops == NULL || !ops->classification) {
        return 0;
    }
    return ops->form == LNT_LOSS_BY_CLASS ? outputs : 2;
}
