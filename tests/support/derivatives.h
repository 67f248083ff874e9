/* SPDX-License-Identifier: MIT */
#ifndef TESTS_DERIVATIVES_SUPPORT_H
#define TESTS_DERIVATIVES_SUPPORT_H

#include "support/net.h"

/* What the tests of derivatives share: a net with scalers at a batch. */

enum { ROWS = 5, INPUTS = 3, WIDE = 4 };

typedef struct scene {
    lnt_net *net;
    lnt_scaler *inputs, *targets;
    lnt_derivatives *d;
    lnt_tensor x, y, parameters;
    size_t outputs;
} scene;

static inline lnt_scaler *new_scaler(size_t cols, double first)
{
    double offset[8], scale[8];
    lnt_scaler *scaler;
    for (size_t j = 0; j < cols; j++) {
        offset[j] = first - 0.3 * (double) j;
        scale[j] = (j % 2 == 0 ? 0.7 : -1.6) + 0.1 * (double) j;
    }
    OK(lnt_scaler_create(&scaler, cols, offset, scale, NULL));
    return scaler;
}

static inline scene scene_of(lnt_dtype dtype, const lnt_layer *layers, size_t n, bool scaled)
{
    scene s = {.net = new_net(dtype, INPUTS, layers, n)};
    s.parameters = lnt_net_parameters(s.net);
    s.outputs = lnt_net_outputs(s.net);
    const lnt_tensor random = random_matrix(dtype, 1, s.parameters.cols, 9);
    OK(lnt_axpy(0.3, &random, &s.parameters));
    lnt_derivatives_config config = lnt_derivatives_defaults();
    if (scaled) {
        config.inputs = s.inputs = new_scaler(INPUTS, 0.4);
        config.targets = s.targets = new_scaler(s.outputs, -0.2);
    }
    config.second = true;
    OK(lnt_derivatives_create(&s.d, s.net, &config, NULL));
    s.x = random_matrix(dtype, ROWS, INPUTS, 1);
    OK(lnt_derivatives_linearize(s.d, &s.x, &s.y));
    s.y = copy_of(dtype, &s.y);
    return s;
}

static inline void finish(scene *s)
{
    lnt_derivatives_destroy(s->d);
    lnt_scaler_destroy(s->inputs);
    lnt_scaler_destroy(s->targets);
    lnt_net_destroy(s->net);
}

/* y with x and the parameters moved. */
static inline lnt_tensor output_at(scene *s, const lnt_tensor *x_dot, const lnt_tensor *p_dot,
                                   double step)
{
    lnt_tensor x = copy_of(LNT_F64, &s->x), y;
    OK(x_dot != NULL ? lnt_axpy(step, x_dot, &x) : LNT_OK);
    OK(p_dot != NULL ? lnt_axpy(step, p_dot, &s->parameters) : LNT_OK);
    OK(lnt_derivatives_linearize(s->d, &x, &y));
    return copy_of(LNT_F64, &y);
}

static inline void put_back(scene *s, const lnt_tensor *kept)
{
    OK(lnt_copy(kept, &s->parameters));
    OK(lnt_derivatives_linearize(s->d, &s->x, NULL));
}

/* (b − a)/2h, over b. */
static inline lnt_tensor slope_of(const lnt_tensor *a, lnt_tensor b, double h)
{
    OK(lnt_axpy(-1, a, &b));
    OK(lnt_scale(1 / (2 * h), &b));
    return b;
}

#define NEAR(found, expected, tolerance)                                                           \
    do {                                                                                           \
        assert_le(difference(&(found), &(expected)), tolerance);                                   \
    } while (0)

/* Nets of all layers that the library has, some with more outputs than inputs. */
static inline size_t layers_of(size_t which, lnt_layer layers[8])
{
    const lnt_layer sets[][8] = {
        {lnt_dense(6, LNT_TANH), lnt_layer_norm(), lnt_dense(WIDE, LNT_IDENTITY)},
        {lnt_batch_norm(), lnt_dense(6, LNT_SILU), lnt_rms_norm(), lnt_dense(2, LNT_SOFTPLUS)},
        {lnt_dense(5, LNT_SIGMOID), lnt_activation_layer(LNT_SINE), lnt_residual(1),
         lnt_dropout(0.2), lnt_prelu(), lnt_dense(1, LNT_IDENTITY)},
    };
    const size_t counts[] = {3, 4, 6};
    memcpy(layers, sets[which], counts[which] * sizeof *layers);
    return counts[which];
}

enum { N_NETS = 3 };

/* A scene of each net, without scalers and with. */
#define EACH_SCENE(dtype)                                                                          \
    for (size_t scene_i_ = 0; scene_i_ < 2 * N_NETS; scene_i_++)                                   \
        for (scene s = scene_number(dtype, scene_i_), *once_ = &s; once_ != NULL;                  \
             finish(&s), once_ = NULL)

static inline scene scene_number(lnt_dtype dtype, size_t i)
{
    lnt_layer layers[8];
    const size_t n = layers_of(i / 2, layers);
    return scene_of(dtype, layers, n, i % 2 == 1);
}

#endif
