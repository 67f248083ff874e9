/* SPDX-License-Identifier: MIT */
#include "loss/elementwise.h"

#include <math.h>

/* NaN is none of the loss's business: it shows in the value. */
static bool defined(double target)
{
    return !(target < 0 || target > 1);
}

/* What the answers yes and no count. */
static inline void counts(const lnt_loss *loss, double target, double *yes, double *no)
{
    const double smoothing = loss->label_smoothing;
    const double share = (1 - smoothing) * target + smoothing / 2;
    const double *weights = loss->class_weights;
    *yes = weights != NULL ? weights[1] * share : share;
    *no = weights != NULL ? weights[0] * (1 - share) : 1 - share;
}

/*
 * yes·log(1 + e^−x) + no·log(1 + e^x), each logarithm as its part that is linear in x and a rest in
 * terms of e^−|x|; an answer that counts nothing counts nothing at an infinite logit either. The
 * two terms of the slope keep their digits where the whole is nearly zero.
 */
static inline double element(const lnt_loss *loss, double x, double target, double *slope)
{
    double yes, no;
    counts(loss, target, &yes, &no);
    const double e = exp(-fabs(x)), rest = log1p(e);
    const double near = 1 / (1 + e), far = e / (1 + e);
    *slope = x > 0 ? no * near - yes * far : no * far - yes * near;
    return (yes == 0 ? 0 : yes * (fmax(-x, 0) + rest)) + (no == 0 ? 0 : no * (fmax(x, 0) + rest));
}

#define TEMPLATE "loss/elementwise.inc"
#include "base/precision/both.inc"

/* (yes + no)·σ·(1 − σ). */
static inline double bend(const lnt_loss *loss, double x, double target)
{
    double yes, no;
    counts(loss, target, &yes, &no);
    const double e = exp(-fabs(x));
    return (yes + no) * e / ((1 + e) * (1 + e));
}

#define TEMPLATE "loss/elementwise_curve.inc"
#include "base/precision/both.inc"

static double link(double x, void *loss)
{
    (void) loss;
    const double e = exp(-fabs(x));
    return (x > 0 ? 1 : e) / (1 + e);
}

const lnt_loss_ops lnt_loss_binary_cross_entropy = {
    .name = "binary_cross_entropy",
    .classification = true,
    .takes_integers = true,
    .parameter = LNT_FRACTION_FIELD(lnt_loss, label_smoothing),
    .defined = defined,
    .kernels = {row_f32, row_f64},
    .curves = {curve_f32, curve_f64},
    .link = link};
