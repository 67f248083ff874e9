/* SPDX-License-Identifier: MIT */
#include "loss/elementwise.h"

#include <math.h>

/* NaN is none of the loss's business: it shows in the value. */
static bool defined(double target)
{
    return !(target < 0);
}

/* A count of zero costs the rate alone, even at a rate of zero, where the output is −∞. */
static inline double element(const lnt_loss *loss, double output, double target, double *slope)
{
    (void) loss;
    const double rate = exp(output);
    *slope = rate - target;
    return target == 0 ? rate : rate - target * output;
}

#define TEMPLATE "loss/elementwise.inc"
#include "base/precision/both.inc"

static inline double bend(const lnt_loss *loss, double output, double target)
{
    (void) loss, (void) target;
    return exp(output);
}

#define TEMPLATE "loss/elementwise_curve.inc"
#include "base/precision/both.inc"

static double link(double output, void *loss)
{
    (void) loss;
    return exp(output);
}

const lnt_loss_ops lnt_loss_poisson = {.name = "poisson",
                                       .defined = defined,
                                       .kernels = {row_f32, row_f64},
                                       .curves = {curve_f32, curve_f64},
                                       .link = link};
