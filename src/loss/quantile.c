/* SPDX-License-Identifier: MIT */
#include "loss/elementwise.h"

static bool fine(double quantile)
{
    return quantile > 0 && quantile < 1;
}

static inline double element(const lnt_loss *loss, double output, double target, double *slope)
{
    const double error = output - target;
    *slope = lnt_loss_sign(error) * (error > 0 ? 1 - loss->quantile : loss->quantile);
    return *slope * error;
}

LNT_LOSS_ELEMENTWISE(element)

const lnt_loss_ops lnt_loss_quantile = {.name = "quantile",
                                        .parameter = {"quantile", offsetof(lnt_loss, quantile)},
                                        .fine = fine,
                                        .kernels = {row_f32, row_f64},
                                        .is_straight = true};
