/* SPDX-License-Identifier: MIT */
#include "loss/elementwise.h"

static inline double element(const lnt_loss *loss, double output, double target, double *slope)
{
    const double error = output - target;
    *slope = lnt_loss_sign(error) * (error > 0 ? 1 - loss->quantile : loss->quantile);
    return *slope * error;
}

#define TEMPLATE "loss/elementwise.inc"
#include "base/precision/both.inc"

const lnt_loss_ops lnt_loss_quantile = {.name = "quantile",
                                        .parameter =
                                            LNT_REAL_FIELD(lnt_loss, quantile, 0, 1, LNT_OPEN),
                                        .kernels = {row_f32, row_f64},
                                        .is_straight = true};
