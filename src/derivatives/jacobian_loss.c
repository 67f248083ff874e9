/* SPDX-License-Identifier: MIT */
#include "base/ignore_status.h"
#include "derivatives/derivatives.h"

#include <math.h>

/*
 * The gradient by p of Σ u·ẏ, ẏ = ∂y/∂x·ẋ, is the change along ẋ of the gradient of Σ u·y; so one
 * pass forward and one of `lnt_point_pull_along` for each direction.
 */

lnt_status lnt_jvp_gradient(lnt_derivatives *d, const lnt_tensor *x_dot, const lnt_tensor *u,
                            double beta, lnt_tensor *gradient)
{
    LNT_TRY(lnt_derivatives_ready(d, true));
    const lnt_tensor *others[] = {x_dot, u};
    LNT_TRY(lnt_derivatives_check(d, x_dot, d->x.rows, d->x.cols));
    LNT_TRY(lnt_derivatives_check(d, u, d->u.rows, d->u.cols));
    LNT_TRY(lnt_derivatives_check_output(d, gradient, 1, d->gradient.cols, others, 2));
    LNT_TRY(lnt_derivatives_by_inputs(d, x_dot, &d->x_dot));
    LNT_TRY(lnt_derivatives_by_outputs(d, u, &d->u));
    LNT_TRY(lnt_point_push(d->point, &d->x_dot, NULL, NULL));
    LNT_TRY(lnt_point_pull_along(d->point, &d->u, NULL, NULL, d->gradient.data));
    return lnt_derivatives_add(&d->gradient, beta, gradient);
}

static lnt_status check_weights(const lnt_derivatives *d, const lnt_tensor *weights, double *sum)
{
    *sum = (double) d->x.rows;
    if (weights == NULL) {
        return LNT_OK;
    }
    LNT_TRY(lnt_derivatives_check(d, weights, d->x.rows, 1));
    *sum = 0;
    for (size_t i = 0; i < weights->rows; i++) {
        const double weight = lnt_tensor_get(weights, i, 0);
        if (!(weight >= 0 && weight < (double) INFINITY)) {
            return LNT_ERR_INVALID;
        }
        *sum += weight;
    }
    return LNT_OK;
}

/* Σ w·e², e = ∂y/∂x_j − J*; and u = 2·factor·w·e·∂y/∂ŷ, what goes back to the net's own ẏ. */
static double compare(lnt_derivatives *d, size_t j, const lnt_tensor *y_dot,
                      const lnt_tensor *target, const lnt_tensor *weights, double factor)
{
    const size_t outputs = lnt_derivatives_outputs(d);
    double sum = 0;
    for (size_t i = 0; i < y_dot->rows; i++) {
        const double weight = weights != NULL ? lnt_tensor_get(weights, i, 0) : 1;
        for (size_t k = 0; k < outputs; k++) {
            const double slope = lnt_derivatives_output_slope(d, k);
            const double error = weight > 0 ? slope * lnt_tensor_get(y_dot, i, k) -
                                                  lnt_tensor_get(target, i * outputs + k, j)
                                            : 0;
            sum += weight * error * error;
            lnt_ignore_status(lnt_tensor_set(&d->u, i, k, 2 * factor * weight * error * slope));
        }
    }
    return sum;
}

/* The loss in one direction; its gradient is added. */
static lnt_status add_direction(lnt_derivatives *d, size_t j, const lnt_tensor *target,
                                const lnt_tensor *weights, double factor, double *sum,
                                lnt_tensor *gradient)
{
    lnt_tensor y_dot;
    LNT_TRY(lnt_derivatives_only_column(&d->x_dot, j, lnt_derivatives_input_slope(d, j)));
    LNT_TRY(lnt_point_push(d->point, &d->x_dot, NULL, &y_dot));
    *sum += compare(d, j, &y_dot, target, weights, factor);
    if (gradient == NULL) {
        return LNT_OK;
    }
    LNT_TRY(lnt_point_pull_along(d->point, &d->u, NULL, NULL, d->gradient.data));
    return lnt_axpy(1, &d->gradient, gradient);
}

lnt_status lnt_jacobian_loss(lnt_derivatives *d, const lnt_tensor *target,
                             const lnt_tensor *weights, lnt_reduction reduction, double factor,
                             double beta, double *value, lnt_tensor *gradient)
{
    LNT_TRY(lnt_derivatives_ready(d, true));
    const size_t inputs = lnt_derivatives_inputs(d), outputs = lnt_derivatives_outputs(d);
    const lnt_tensor *others[] = {target, weights};
    double divisor, sum = 0;
    if (value == NULL) {
        return LNT_ERR_NULL;
    }
    if (reduction != LNT_MEAN && reduction != LNT_SUM) {
        return LNT_ERR_INVALID;
    }
    LNT_TRY(lnt_derivatives_check(d, target, d->x.rows * outputs, inputs));
    LNT_TRY(check_weights(d, weights, &divisor));
    if (gradient != NULL) {
        LNT_TRY(lnt_derivatives_check_output(d, gradient, 1, d->gradient.cols, others, 2));
        LNT_TRY(beta == 0 ? lnt_fill(0, gradient) : lnt_scale(beta, gradient));
    }
    divisor = reduction == LNT_SUM ? 1 : divisor * (double) outputs * (double) inputs;
    const double each = divisor > 0 ? factor / divisor : 0; /* no rows, or none that counts */
    for (size_t j = 0; j < inputs; j++) {
        LNT_TRY(add_direction(d, j, target, weights, each, &sum, gradient));
    }
    *value = each * sum;
    return LNT_OK;
}
