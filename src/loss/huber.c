/* SPDX-License-Identifier: MIT */
#include "loss/elementwise.h"

#include <math.h>

static inline double element(const lnt_loss *loss, double output, double target, double *slope)
{
    const double delta = loss->delta, error = output - target, size = fabs(error);
    if (size > delta) {
        *slope = delta * lnt_loss_sign(error);
        return delta * (size - delta / 2);
    }
    *slope = error;
    return error * error / 2;
}

#define TEMPLATE "loss/elementwise.inc"
#include "base/precision/both.inc"

static inline double bend(const lnt_loss *loss, double output, double target)
{
    return fabs(output - target) > loss->delta ? 0 : 1;
}

#define TEMPLATE "loss/elementwise_curve.inc"
#include "base/precision/both.inc"

const lnt_loss_ops lnt_loss_huber = {.name = "huber",
                                     .parameter = LNT_POSITIVE_FIELD(lnt_loss, delta),
                                     .kernels = {row_f32, row_f64},
                                     .curves = {curve_f32, curve_f64}};
