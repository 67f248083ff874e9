/* SPDX-License-Identifier: MIT */
#include "loss/loss.h"

#include "tensor/check.h"

#include <string.h>

static const lnt_loss_ops *const table[] = {
    [LNT_LOSS_MSE] = &lnt_loss_mse,
    [LNT_LOSS_SOFTMAX_CROSS_ENTROPY] = &lnt_loss_softmax_cross_entropy,
};

enum { N_LOSSES = sizeof table / sizeof table[0] };

static const lnt_loss_ops *ops_of(lnt_loss_kind kind)
{
    return (unsigned) kind < N_LOSSES ? table[kind] : NULL;
}

lnt_loss lnt_mse(lnt_reduction reduction)
{
    return (lnt_loss){.kind = LNT_LOSS_MSE, .value = reduction, .gradient = reduction};
}

lnt_loss lnt_softmax_cross_entropy(lnt_reduction reduction)
{
    return (lnt_loss){
        .kind = LNT_LOSS_SOFTMAX_CROSS_ENTROPY, .value = reduction, .gradient = reduction};
}

const char *lnt_loss_name(lnt_loss_kind kind)
{
    const lnt_loss_ops *ops = ops_of(kind);
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
    const lnt_loss_ops *ops = ops_of(kind);
    return ops != NULL && ops->classification;
}

static bool is_reduction(lnt_reduction reduction)
{
    return reduction == LNT_MEAN || reduction == LNT_SUM;
}

lnt_status lnt_loss_evaluate(const lnt_loss *loss, const lnt_tensor *output,
                             const lnt_tensor *target, const lnt_tensor *weights, double *value,
                             lnt_tensor *gradient)
{
    (void) weights;
    if (loss == NULL || value == NULL) {
        return LNT_ERR_NULL;
    }
    const lnt_loss_ops *ops = ops_of(loss->kind);
    if (ops == NULL || !is_reduction(loss->value) || !is_reduction(loss->gradient)) {
        return LNT_ERR_INVALID;
    }
    LNT_TRY(lnt_check_real(output));
    LNT_TRY(lnt_check(target));
    LNT_TRY(ops->check(output, target));
    if (gradient != NULL) {
        LNT_TRY(lnt_check_map(output, gradient));
        LNT_TRY(lnt_check_apart(target, gradient, false));
    }
    if (lnt_is_empty(output)) {
        *value = 0;
        return LNT_OK;
    }
    const double count = ops->count(output->rows, output->cols);
    const double factor = loss->gradient == LNT_MEAN ? 1 / count : 1;
    const double sum = ops->evaluate(output, target, factor, gradient);
    *value = loss->value == LNT_MEAN ? sum / count : sum;
    return LNT_OK;
}
