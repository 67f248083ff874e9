/* SPDX-License-Identifier: MIT */
#include "loss/loss.h"
#include "optim/lm/lm.h"

#include <float.h>
#include <math.h>

/* The sum of the shares that softmax cross-entropy gives to a row's classes. */
static double total_of(const lnt_loss *loss, const lnt_tensor *target, size_t row, size_t classes)
{
    const double keep = 1 - loss->label_smoothing, even = loss->label_smoothing / (double) classes;
    const bool label = target->cols == 1;
    const size_t at = label ? (size_t) lnt_tensor_get(target, row, 0) : classes;
    double total = 0;
    for (size_t j = 0; j < classes; j++) {
        const double y = label ? j == at : lnt_tensor_get(target, row, j);
        total += (keep * y + even) * (loss->class_weights != NULL ? loss->class_weights[j] : 1);
    }
    return total;
}

/* Below this a probability is as good as 0, and the inverse of its root still a number. */
static double least_of(lnt_dtype dtype)
{
    return dtype == LNT_F32 ? (double) FLT_MIN : DBL_MIN;
}

#define TEMPLATE "optim/lm/residuals.inc"
#include "base/precision/both.inc"

static bool is_softmax(const lnt_loss *loss)
{
    return loss->kind == LNT_LOSS_SOFTMAX_CROSS_ENTROPY;
}

static lnt_status factors_of(const lnt_lm *lm, const lnt_loss *loss, const lnt_tensor *target,
                             const lnt_tensor *weights, lnt_tensor *factors)
{
    const double divisor = loss->gradient_reduction == LNT_SUM ? 1 : lm->residuals.divisor;
    for (size_t i = 0; i < target->rows; i++) {
        const double weight = weights != NULL ? lnt_tensor_get(weights, i, 0) : 1;
        const double share =
            is_softmax(loss) ? total_of(loss, target, i, lm->residuals.outputs) : 2;
        LNT_TRY(lnt_tensor_set(factors, 0, i, divisor > 0 ? sqrt(weight * share / divisor) : 0));
    }
    return LNT_OK;
}

lnt_status lnt_lm_residuals_at(lnt_lm *lm, const lnt_optim_batch *batch, size_t first,
                               const lnt_tensor *output)
{
    const lnt_lm_residuals *r = &lm->residuals;
    const size_t rows = output->rows, cols = output->cols;
    const lnt_dtype dtype = output->dtype;
    lnt_tensor target, weights = {.data = NULL};
    LNT_TRY(lnt_slice_rows(batch->target, first, rows, 1, &target));
    if (batch->weights != NULL) {
        LNT_TRY(lnt_slice_rows(batch->weights, first, rows, 1, &weights));
    }
    const lnt_tensor *w = batch->weights != NULL ? &weights : NULL;
    lnt_tensor factors = lnt_tensor_view(dtype, r->factors, 1, rows);
    LNT_TRY(factors_of(lm, batch->loss, &target, w, &factors));
    const lnt_tensor rho = lnt_tensor_view(dtype, r->rho, rows, cols);
    (void) lnt_loss_part(batch->loss, output, &target, w, r->divisor, &rho);
    if (!is_softmax(batch->loss)) {
        (dtype == LNT_F32 ? squares_f32 : squares_f64)(rows, cols, r->factors, r->rho);
        return LNT_OK;
    }
    lnt_tensor p = lnt_tensor_view(dtype, r->roots, rows, cols);
    LNT_TRY(lnt_softmax(output, &p));
    (dtype == LNT_F32 ? classes_f32 : classes_f64)(rows, cols, least_of(dtype), r->factors,
                                                   r->roots, r->rho);
    return LNT_OK;
}

static void seed(const lnt_lm *lm, const lnt_loss *loss, size_t rows, size_t k, const void *v,
                 lnt_tensor *seeds)
{
    const lnt_lm_residuals *r = &lm->residuals;
    const lnt_dtype dtype = lm->point->dtype;
    *seeds = lnt_tensor_view(dtype, r->seeds, rows, r->outputs);
    if (is_softmax(loss)) {
        (dtype == LNT_F32 ? softmax_f32 : softmax_f64)(rows, r->outputs, k, r->factors, r->roots, v,
                                                       r->seeds);
    } else {
        (dtype == LNT_F32 ? plain_f32 : plain_f64)(rows, r->outputs, k, r->factors, v, r->seeds);
    }
}

void lnt_lm_seed(const lnt_lm *lm, const lnt_loss *loss, size_t rows, size_t k, lnt_tensor *seeds)
{
    seed(lm, loss, rows, k, NULL, seeds);
}

void lnt_lm_seed_along(const lnt_lm *lm, const lnt_loss *loss, size_t rows, const void *v,
                       lnt_tensor *seeds)
{
    seed(lm, loss, rows, 0, v, seeds);
}

void lnt_lm_weigh(const lnt_lm *lm, const lnt_loss *loss, const lnt_tensor *y_dot, void *v)
{
    const lnt_lm_residuals *r = &lm->residuals;
    const lnt_dtype dtype = lm->point->dtype;
    if (is_softmax(loss)) {
        (dtype == LNT_F32 ? weigh_f32 : weigh_f64)(y_dot->rows, r->outputs, r->factors, r->roots,
                                                   y_dot->data, v);
    } else {
        (dtype == LNT_F32 ? plain_f32 : plain_f64)(y_dot->rows, r->outputs, 0, r->factors,
                                                   y_dot->data, v);
    }
}
