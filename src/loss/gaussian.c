/* SPDX-License-Identifier: MIT */
#include "loss/loss.h"

#include <math.h>

/*
 * Negative log-likelihood of a normal distribution, without its constant; Nix and Weigend, ICNN
 * 1994. The variance is a softplus, which grows no faster than its argument.
 */

typedef struct variance {
    double value;     /* v */
    double logarithm; /* log v */
    double relative;  /* dv/ds / v */
    double bend;      /* d²v/ds² / v */
} variance;

/* Far below zero and without an epsilon v is e^s, be it too small for a double or not. */
static inline variance variance_of(double s, double epsilon)
{
    const double e = exp(-fabs(s)), softplus = fmax(s, 0) + log1p(e);
    const double v = softplus + epsilon;
    if (v < 1e-300) {
        return (variance){v, s, 1, 1};
    }
    return (variance){v, log(v), (s > 0 ? 1 : e) / (1 + e) / v, e / ((1 + e) * (1 + e)) / v};
}

static inline double element(double epsilon, double mean, double s, double target,
                             double *mean_slope, double *s_slope)
{
    const variance v = variance_of(s, epsilon);
    const double error = mean - target;
    const double ratio = error == 0 ? 0 : error / v.value;
    const double square = error * ratio;
    *mean_slope = ratio;
    *s_slope = v.relative == 0 ? 0 : v.relative * (1 - square) / 2;
    return (square + v.logarithm) / 2;
}

/*
 * Of mean and s, with r = error/v, q = error²/v and v' = dv/ds: 1/v, −r·v'/v, and
 * (v''/v − (v'/v)²)·(1 − q)/2 + (v'/v)²·q/2.
 */
static inline void bends(double epsilon, double error, double s, double *of_mean, double *between,
                         double *of_s)
{
    const variance v = variance_of(s, epsilon);
    const double ratio = error == 0 ? 0 : error / v.value, square = error * ratio;
    const double slope = v.relative * v.relative;
    *of_mean = 1 / v.value;
    *between = -ratio * v.relative;
    *of_s = (v.bend - slope) * (1 - square) / 2 + slope * square / 2;
}

#define TEMPLATE "loss/gaussian.inc"
#include "base/precision/both.inc"

static double link(double s, void *loss)
{
    return sqrt(variance_of(s, ((const lnt_loss *) loss)->epsilon).value);
}

const lnt_loss_ops lnt_loss_gaussian = {.name = "gaussian",
                                        .form = LNT_LOSS_BY_HALVES,
                                        .parameter = LNT_AMOUNT_FIELD(lnt_loss, epsilon),
                                        .kernels = {row_f32, row_f64},
                                        .curves = {curve_f32, curve_f64},
                                        .link = link};
