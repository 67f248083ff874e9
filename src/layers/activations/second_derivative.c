/* SPDX-License-Identifier: MIT */
#include "layers/activations/activation.h"

#include <math.h>

/* Second derivatives, from z alone; those of piecewise linear functions are 0. */

typedef double bend_function(double alpha, double z);

static double bend_tanh(double alpha, double z)
{
    const double y = tanh(z);
    (void) alpha;
    return -2 * y * (1 - y * y);
}

/* σ·(1 − σ) without cancellation. */
static double sigmoid_slope(double z)
{
    const double e = exp(-fabs(z));
    return e / ((1 + e) * (1 + e));
}

static double bend_sigmoid(double alpha, double z)
{
    (void) alpha;
    return -sigmoid_slope(z) * tanh(z / 2); /* 1 − 2σ(z) */
}

static double bend_elu(double alpha, double z)
{
    return z > 0 ? 0 : alpha * exp(z);
}

static double bend_selu(double alpha, double z)
{
    (void) alpha;
    return z > 0 ? 0
                 : 1.0507009873554804934193349852946 * 1.6732632423543772848170429916717 * exp(z);
}

/* (2 − z²)·φ(z). */
static double bend_gelu(double alpha, double z)
{
    (void) alpha;
    return (2 - z * z) * exp(-z * z / 2) * 0.39894228040143267793994605993438;
}

/* With u = √(2/π)·(z + c·z³) and t = tanh u: t'·u' + z/2·(t'·u'' − 2·t·t'·u'²), t' = 1 − t². */
static double bend_gelu_tanh(double alpha, double z)
{
    const double c = 0.044715, root = 0.79788456080286535587989211986876;
    const double t = tanh(root * (z + c * z * z * z)), slope = 1 - t * t;
    const double u1 = root * (1 + 3 * c * z * z), u2 = root * 6 * c * z;
    (void) alpha;
    return slope * u1 + z / 2 * (slope * u2 - 2 * t * slope * u1 * u1);
}

/* s'·(2 + z·(1 − 2s)). */
static double bend_silu(double alpha, double z)
{
    (void) alpha;
    return sigmoid_slope(z) * (2 - z * tanh(z / 2));
}

static double bend_softplus(double alpha, double z)
{
    (void) alpha;
    return sigmoid_slope(z);
}

static double bend_softsign(double alpha, double z)
{
    const double d = 1 + fabs(z);
    (void) alpha;
    return z == 0 ? 0 : (z > 0 ? -2 : 2) / (d * d * d);
}

/* z·(z + 3)/6 between the kinks. */
static double bend_hard_swish(double alpha, double z)
{
    (void) alpha;
    return z > -3 && z < 3 ? 1 / 3.0 : 0;
}

static double bend_sine(double alpha, double z)
{
    return -alpha * alpha * sin(alpha * z);
}

static bend_function *const bends[] = {
    [LNT_TANH] = bend_tanh,         [LNT_SIGMOID] = bend_sigmoid,
    [LNT_ELU] = bend_elu,           [LNT_SELU] = bend_selu,
    [LNT_GELU] = bend_gelu,         [LNT_GELU_TANH] = bend_gelu_tanh,
    [LNT_SILU] = bend_silu,         [LNT_SOFTPLUS] = bend_softplus,
    [LNT_SOFTSIGN] = bend_softsign, [LNT_HARD_SWISH] = bend_hard_swish,
    [LNT_SINE] = bend_sine,
};

enum { N_BENDS = sizeof bends / sizeof bends[0] };

void lnt_activation_bend_of(const lnt_layer *layer, const lnt_tensor *z, lnt_tensor *bend)
{
    bend_function *f = (unsigned) layer->activation < N_BENDS ? bends[layer->activation] : NULL;
    const size_t n = z->rows * z->cols;
    for (size_t i = 0; i < n; i++) {
        if (z->dtype == LNT_F32) {
            const double at = (double) ((const float *) z->data)[i];
            ((float *) bend->data)[i] = f != NULL ? (float) f(layer->alpha, at) : 0;
        } else {
            const double at = ((const double *) z->data)[i];
            ((double *) bend->data)[i] = f != NULL ? f(layer->alpha, at) : 0;
        }
    }
}
