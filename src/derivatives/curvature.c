/* SPDX-License-Identifier: MIT */
#include "derivatives/derivatives.h"
#include "loss/loss.h"

/* Products with second derivatives by the parameters, and second derivatives by the inputs. */

static lnt_status check_product(const lnt_derivatives *d, const lnt_loss *loss,
                                const lnt_tensor *target, const lnt_tensor *weights,
                                const lnt_tensor *v, const lnt_tensor *hv)
{
    if (loss == NULL || target == NULL) {
        return LNT_ERR_NULL;
    }
    const lnt_tensor *others[] = {target, weights, v};
    LNT_TRY(lnt_derivatives_check(d, v, 1, d->p_dot.cols));
    LNT_TRY(lnt_check(target));
    LNT_TRY(weights != NULL ? lnt_check(weights) : LNT_OK);
    return lnt_derivatives_check_output(d, hv, 1, d->p_dot.cols, others, 3);
}

/* The targets that the loss takes. */
static lnt_status scale_target(lnt_derivatives *d, const lnt_tensor *target, lnt_tensor *scaled)
{
    *scaled = *target;
    if (d->targets == NULL) {
        return LNT_OK;
    }
    LNT_TRY(lnt_derivatives_check(d, target, d->u.rows, d->u.cols));
    LNT_TRY(lnt_scaler_transform(d->targets, target, &d->target));
    *scaled = d->target;
    return LNT_OK;
}

/* C·(∂ŷ/∂p·v). */
static lnt_status push_and_curve(lnt_derivatives *d, const lnt_loss *loss, const lnt_tensor *target,
                                 const lnt_tensor *weights, const lnt_tensor *v, lnt_tensor *curved)
{
    const lnt_tensor output = lnt_point_output(d->point);
    lnt_tensor y_dot;
    LNT_TRY(lnt_copy(v, &d->p_dot));
    LNT_TRY(lnt_point_push(d->point, NULL, d->p_dot.data, &y_dot));
    return lnt_loss_curve(loss, &output, target, weights, &y_dot, curved);
}

lnt_status lnt_hvp(lnt_derivatives *d, const lnt_loss *loss, const lnt_tensor *target,
                   const lnt_tensor *weights, const lnt_tensor *v, lnt_tensor *hv)
{
    lnt_tensor scaled;
    double value;
    LNT_TRY(lnt_derivatives_ready(d, true));
    LNT_TRY(check_product(d, loss, target, weights, v, hv));
    LNT_TRY(scale_target(d, target, &scaled));
    LNT_TRY(push_and_curve(d, loss, &scaled, weights, v, &d->u_dot));
    const lnt_tensor output = lnt_point_output(d->point);
    LNT_TRY(lnt_loss_evaluate(loss, &output, &scaled, weights, &value, &d->u));
    LNT_TRY(lnt_point_pull_along(d->point, &d->u, &d->u_dot, NULL, d->gradient.data));
    return lnt_copy(&d->gradient, hv);
}

lnt_status lnt_ggn_vp(lnt_derivatives *d, const lnt_loss *loss, const lnt_tensor *target,
                      const lnt_tensor *weights, const lnt_tensor *v, lnt_tensor *gv)
{
    lnt_tensor scaled;
    LNT_TRY(lnt_derivatives_ready(d, false));
    LNT_TRY(check_product(d, loss, target, weights, v, gv));
    LNT_TRY(scale_target(d, target, &scaled));
    LNT_TRY(push_and_curve(d, loss, &scaled, weights, v, &d->u));
    LNT_TRY(lnt_point_pull(d->point, &d->u, d->gradient.data));
    return lnt_copy(&d->gradient, gv);
}

/* Column j of the diagonals of output k. */
static lnt_status set_diagonal(lnt_derivatives *d, size_t k, size_t j, const lnt_tensor *diagonal)
{
    lnt_tensor from = lnt_point_x_gradient_dot(d->point), to;
    LNT_TRY(lnt_slice_cols(&from, j, 1, 1, &from));
    LNT_TRY(lnt_slice_rows(diagonal, k, d->x.rows, lnt_derivatives_outputs(d), &to));
    LNT_TRY(lnt_slice_cols(&to, j, 1, 1, &to));
    LNT_TRY(lnt_copy(&from, &to));
    return lnt_scale(lnt_derivatives_input_slope(d, j), &to);
}

lnt_status lnt_input_hessian_diagonal(lnt_derivatives *d, lnt_tensor *diagonal)
{
    LNT_TRY(lnt_derivatives_ready(d, true));
    const size_t inputs = lnt_derivatives_inputs(d), outputs = lnt_derivatives_outputs(d);
    LNT_TRY(lnt_derivatives_check_output(d, diagonal, d->x.rows * outputs, inputs, NULL, 0));
    if (d->x.rows == 0) {
        return LNT_OK;
    }
    for (size_t j = 0; j < inputs; j++) {
        LNT_TRY(lnt_derivatives_only_column(&d->x_dot, j, lnt_derivatives_input_slope(d, j)));
        LNT_TRY(lnt_point_push(d->point, &d->x_dot, NULL, NULL));
        for (size_t k = 0; k < outputs; k++) {
            LNT_TRY(lnt_derivatives_only_column(&d->u, k, lnt_derivatives_output_slope(d, k)));
            LNT_TRY(lnt_point_pull_along(d->point, &d->u, NULL, NULL, NULL));
            LNT_TRY(set_diagonal(d, k, j, diagonal));
        }
    }
    return LNT_OK;
}
