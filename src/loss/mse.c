/* SPDX-License-Identifier: MIT */
#include "loss/elementwise.h"

enum { LANES = 8 };

#define TEMPLATE "loss/mse.inc"
#include "base/precision/both.inc"

static inline double bend(const lnt_loss *loss, double output, double target)
{
    (void) loss, (void) output, (void) target;
    return 2;
}

#define TEMPLATE "loss/elementwise_curve.inc"
#include "base/precision/both.inc"

const lnt_loss_ops lnt_loss_mse = {
    .name = "mse", .kernels = {row_f32, row_f64}, .curves = {curve_f32, curve_f64}};
