/* SPDX-License-Identifier: MIT */
#include "loss/elementwise.h"

#include <math.h>

#define LOG_2 0.693147180559945309417

/* For small e log(1 + (cosh e − 1)), since log 2 would cancel all of it; else without e^|e|. */
static inline double element(const lnt_loss *loss, double output, double target, double *slope)
{
    (void) loss;
    const double error = output - target, size = fabs(error);
    *slope = tanh(error);
    if (size < 1) {
        const double half = sinh(error / 2);
        return log1p(2 * half * half);
    }
    return size + log1p(exp(-2 * size)) - LOG_2;
}

#define TEMPLATE "loss/elementwise.inc"
#include "base/precision/both.inc"

/* 1/cosh². */
static inline double bend(const lnt_loss *loss, double output, double target)
{
    (void) loss;
    const double e = exp(-2 * fabs(output - target));
    return 4 * e / ((1 + e) * (1 + e));
}

#define TEMPLATE "loss/elementwise_curve.inc"
#include "base/precision/both.inc"

const lnt_loss_ops lnt_loss_log_cosh = {
    .name = "log_cosh", .kernels = {row_f32, row_f64}, .curves = {curve_f32, curve_f64}};
