/* SPDX-License-Identifier: MIT */
#include "layers/norms/affine.h"

#include <math.h>

enum { RUNNING_MEAN, RUNNING_VAR };

/* A panel of columns whose sums are kept in double on the stack. */
enum { COLUMNS = 64 };

static lnt_status shape(lnt_layer *layer, size_t inputs, lnt_layer_shape *shape)
{
    if (!lnt_affine_epsilon_is_fine(layer) || !(layer->momentum > 0 && layer->momentum <= 1)) {
        return LNT_ERR_INVALID;
    }
    shape->outputs = inputs;
    lnt_affine_shape(layer, inputs, shape);
    shape->n_statistics = 2;
    shape->statistics[RUNNING_MEAN] =
        (lnt_tensor_shape){"running_mean", LNT_ROLE_RUNNING_STAT, 1, inputs};
    shape->statistics[RUNNING_VAR] =
        (lnt_tensor_shape){"running_var", LNT_ROLE_RUNNING_STAT, 1, inputs};
    shape->cache_cols = inputs;     /* x̂ */
    shape->cache_once = 3 * inputs; /* mean, variance, 1/√(variance + epsilon) */
    return LNT_OK;
}

#define TEMPLATE "layers/norms/batch_norm.inc"
#include "base/precision/both.inc"

static lnt_status forward(const lnt_layer *layer, lnt_layer_run *run)
{
    const bool f32 = run->x.dtype == LNT_F32;
    const void *gain = lnt_affine_gain(layer, run->parameters);
    const void *bias = lnt_affine_bias(layer, run->parameters);
    if (run->mode == LNT_TRAINING) {
        (f32 ? train_f32 : train_f64)(&run->x, layer->epsilon, gain, bias, run->y.data,
                                      run->cache.data, run->once);
    } else {
        (f32 ? infer_f32 : infer_f64)(&run->x, layer->epsilon, gain, bias,
                                      run->statistics[RUNNING_MEAN].data,
                                      run->statistics[RUNNING_VAR].data, run->y.data);
    }
    return LNT_OK;
}

static lnt_status backward(const lnt_layer *layer, lnt_layer_run *run)
{
    LNT_TRY(lnt_affine_gradients(layer, run, &run->cache));
    if (run->need_dx) {
        (run->dy.dtype == LNT_F32 ? back_f32 : back_f64)(run->dy.rows, run->dy.cols,
                                                         lnt_affine_gain(layer, run->parameters),
                                                         run->cache.data, run->once, run->dy.data);
        run->dx = run->dy;
    }
    return LNT_OK;
}

static double first_statistic(size_t index)
{
    return index == RUNNING_VAR ? 1 : 0;
}

static void update(const lnt_layer *layer, size_t rows, const void *once, lnt_tensor *statistics)
{
    if (rows > 1) {
        (statistics->dtype == LNT_F32 ? move_f32 : move_f64)(
            statistics->cols, rows, layer->momentum, once, statistics[RUNNING_MEAN].data,
            statistics[RUNNING_VAR].data);
    }
}

static const lnt_layer_kind batch_norm_kind = {.name = "batch_norm",
                                               .rules = &lnt_batch_norm_rules,
                                               .shape = shape,
                                               .init = lnt_affine_init,
                                               .forward = forward,
                                               .backward = backward,
                                               .first_statistic = first_statistic,
                                               .update = update,
                                               .is_transparent = true};

lnt_layer lnt_batch_norm(void)
{
    return (lnt_layer){.kind = &batch_norm_kind,
                       .alpha = NAN,
                       .bias = true,
                       .gain = true,
                       .epsilon = 1e-5,
                       .momentum = 0.1};
}
