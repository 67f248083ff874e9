/* SPDX-License-Identifier: MIT */
#include "loss/loss.h"
#include "tensor/view/check.h"

static lnt_status check_vectors(const lnt_tensor *output, const lnt_tensor *target,
                                const lnt_tensor *weights, const lnt_tensor *v,
                                const lnt_tensor *hv)
{
    LNT_TRY(lnt_check_map(v, hv));
    if (v->rows != output->rows || v->cols != output->cols) {
        return LNT_ERR_SHAPE;
    }
    if (v->dtype != output->dtype) {
        return LNT_ERR_DTYPE;
    }
    LNT_TRY(lnt_check_apart(output, hv, false));
    LNT_TRY(lnt_check_apart(v, hv, false));
    LNT_TRY(lnt_check_apart(target, hv, false));
    return weights != NULL ? lnt_check_apart(weights, hv, false) : LNT_OK;
}

static lnt_loss_row row_of(const lnt_loss_ops *ops, const lnt_tensor *output,
                           const lnt_tensor *target, const lnt_tensor *v, const lnt_tensor *hv)
{
    return (lnt_loss_row){.cols = output->cols,
                          .output_step = output->col_stride,
                          .target_step = target->col_stride,
                          .target_dtype = target->dtype,
                          .label = ops->form == LNT_LOSS_BY_CLASS && target->cols == 1,
                          .gradient_step = hv->col_stride,
                          .direction_step = v->col_stride};
}

lnt_status lnt_loss_curve(const lnt_loss *loss, const lnt_tensor *output, const lnt_tensor *target,
                          const lnt_tensor *weights, const lnt_tensor *v, lnt_tensor *hv)
{
    double divisor;
    LNT_TRY(lnt_loss_begin(loss, output, target, weights, &divisor));
    LNT_TRY(check_vectors(output, target, weights, v, hv));
    const lnt_loss_ops *ops = lnt_loss_ops_of(loss->kind);
    LNT_TRY(lnt_fill(0, hv));
    if (ops->is_straight || (loss->gradient_reduction == LNT_MEAN && !(divisor > 0)) ||
        output->cols == 0) {
        return LNT_OK;
    }
    lnt_loss_row row = row_of(ops, output, target, v, hv);
    for (size_t i = 0; i < output->rows; i++) {
        const double weight = weights != NULL ? lnt_tensor_get(weights, i, 0) : 1;
        if (weight > 0) {
            row.output = lnt_tensor_ptr(output, i, 0);
            row.target = lnt_tensor_ptr(target, i, 0);
            row.direction = lnt_tensor_ptr(v, i, 0);
            row.gradient = lnt_tensor_ptr(hv, i, 0);
            row.factor = loss->gradient_reduction == LNT_SUM ? weight : weight / divisor;
            ops->curves[output->dtype == LNT_F64](loss, &row);
        }
    }
    return LNT_OK;
}
