/* SPDX-License-Identifier: MIT */
#include "loss/elementwise.h"

#include <math.h>

static inline double element(const lnt_loss *loss, double output, double target, double *slope)
{
    (void) loss;
    const double error = output - target;
    *slope = lnt_loss_sign(error);
    return fabs(error);
}

#define TEMPLATE "loss/elementwise.inc"
#include "base/precision/both.inc"

const lnt_loss_ops lnt_loss_mae = {
    .name = "mae", .kernels = {row_f32, row_f64}, .is_straight = true};
