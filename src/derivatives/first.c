/* SPDX-License-Identifier: MIT */
#include "derivatives/derivatives.h"

/* Products with the Jacobian, either way, and the Jacobian itself by products with unit vectors. */

/* Columns k, k + outputs, … of ∂y/∂x: what one output, or one input, has in all rows. */
static lnt_status by_outputs(lnt_derivatives *d, const lnt_tensor *jacobian)
{
    const size_t outputs = lnt_derivatives_outputs(d);
    const lnt_tensor back = lnt_point_x_gradient(d->point);
    for (size_t k = 0; k < outputs; k++) {
        lnt_tensor rows;
        LNT_TRY(lnt_derivatives_only_column(&d->u, k, lnt_derivatives_output_slope(d, k)));
        LNT_TRY(lnt_point_pull(d->point, &d->u, NULL));
        LNT_TRY(lnt_slice_rows(jacobian, k, d->x.rows, outputs, &rows));
        LNT_TRY(lnt_derivatives_by_inputs(d, &back, &rows));
    }
    return LNT_OK;
}

static lnt_status by_inputs(lnt_derivatives *d, const lnt_tensor *jacobian)
{
    const size_t outputs = lnt_derivatives_outputs(d);
    for (size_t j = 0; j < lnt_derivatives_inputs(d); j++) {
        lnt_tensor y_dot, column = lnt_tensor_strided(
                              d->dtype, lnt_tensor_ptr(jacobian, 0, j), d->x.rows, outputs,
                              (ptrdiff_t) outputs * jacobian->row_stride, jacobian->row_stride);
        LNT_TRY(lnt_derivatives_only_column(&d->x_dot, j, lnt_derivatives_input_slope(d, j)));
        LNT_TRY(lnt_point_push(d->point, &d->x_dot, NULL, &y_dot));
        LNT_TRY(lnt_derivatives_by_outputs(d, &y_dot, &column));
    }
    return LNT_OK;
}

lnt_status lnt_jacobian(lnt_derivatives *d, lnt_tensor *jacobian)
{
    LNT_TRY(lnt_derivatives_ready(d, false));
    const size_t inputs = lnt_derivatives_inputs(d), outputs = lnt_derivatives_outputs(d);
    LNT_TRY(lnt_derivatives_check_output(d, jacobian, d->x.rows * outputs, inputs, NULL, 0));
    if (d->x.rows == 0) {
        return LNT_OK;
    }
    return outputs <= inputs ? by_outputs(d, jacobian) : by_inputs(d, jacobian);
}

lnt_status lnt_jvp(lnt_derivatives *d, const lnt_tensor *x_dot, const lnt_tensor *p_dot,
                   lnt_tensor *y_dot)
{
    LNT_TRY(lnt_derivatives_ready(d, false));
    const lnt_tensor *others[] = {x_dot, p_dot};
    LNT_TRY(x_dot != NULL ? lnt_derivatives_check(d, x_dot, d->x.rows, d->x.cols) : LNT_OK);
    LNT_TRY(p_dot != NULL ? lnt_derivatives_check(d, p_dot, 1, d->p_dot.cols) : LNT_OK);
    LNT_TRY(lnt_derivatives_check_output(d, y_dot, d->u.rows, d->u.cols, others, 2));
    if (x_dot != NULL) {
        LNT_TRY(lnt_derivatives_by_inputs(d, x_dot, &d->x_dot));
    }
    LNT_TRY(p_dot != NULL ? lnt_copy(p_dot, &d->p_dot) : LNT_OK);
    lnt_tensor found;
    LNT_TRY(lnt_point_push(d->point, x_dot != NULL ? &d->x_dot : NULL,
                           p_dot != NULL ? d->p_dot.data : NULL, &found));
    return lnt_derivatives_by_outputs(d, &found, y_dot);
}

lnt_status lnt_vjp(lnt_derivatives *d, const lnt_tensor *u, lnt_tensor *x_gradient,
                   lnt_tensor *p_gradient)
{
    LNT_TRY(lnt_derivatives_ready(d, false));
    const lnt_tensor *others[] = {u, x_gradient};
    LNT_TRY(lnt_derivatives_check(d, u, d->u.rows, d->u.cols));
    if (x_gradient != NULL) {
        LNT_TRY(lnt_derivatives_check_output(d, x_gradient, d->x.rows, d->x.cols, others, 1));
    }
    if (p_gradient != NULL) {
        LNT_TRY(lnt_derivatives_check_output(d, p_gradient, 1, d->gradient.cols, others, 2));
    }
    LNT_TRY(lnt_derivatives_by_outputs(d, u, &d->u));
    LNT_TRY(lnt_point_pull(d->point, &d->u, p_gradient != NULL ? d->gradient.data : NULL));
    if (x_gradient != NULL) {
        const lnt_tensor back = lnt_point_x_gradient(d->point);
        LNT_TRY(lnt_derivatives_by_inputs(d, &back, x_gradient));
    }
    return p_gradient != NULL ? lnt_copy(&d->gradient, p_gradient) : LNT_OK;
}
