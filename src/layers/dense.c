/* SPDX-License-Identifier: MIT */
#include "layers/activation.h"
#include "layers/init.h"
#include "layers/layer.h"

#include <math.h>

enum { WEIGHT, BIAS };

static lnt_status shape(lnt_layer *layer, size_t inputs, lnt_layer_shape *shape)
{
    LNT_TRY(lnt_activation_settle(layer));
    if (layer->units == 0) {
        return LNT_ERR_INVALID;
    }
    shape->outputs = layer->units;
    shape->n_tensors = layer->bias ? 2 : 1;
    shape->tensors[WEIGHT] = (lnt_tensor_shape){"weight", LNT_ROLE_WEIGHT, inputs, layer->units};
    shape->tensors[BIAS] = (lnt_tensor_shape){"bias", LNT_ROLE_BIAS, 1, layer->units};
    shape->cache_cols = lnt_activation_keeps_z(layer) ? layer->units : 0;
    return LNT_OK;
}

static lnt_status init(const lnt_layer *layer, const lnt_layer *next, size_t index, uint64_t seed,
                       uint64_t stream, lnt_tensor *parameter)
{
    if (index == WEIGHT) {
        return lnt_init_weight(&layer->weight_init, next, seed, stream, parameter);
    }
    const lnt_init bias =
        layer->bias_init.kind == LNT_INIT_AUTO ? lnt_init_zeros() : layer->bias_init;
    return lnt_init_fill(&bias, seed, stream, parameter);
}

static lnt_status forward(const lnt_layer *layer, lnt_layer_run *run)
{
    const bool keeps_z = run->mode == LNT_TRAINING && lnt_activation_keeps_z(layer);
    lnt_tensor *z = keeps_z ? &run->cache : &run->y;
    LNT_TRY(lnt_gemm(1, &run->x, &run->parameters[WEIGHT], 0, z));
    lnt_activation_forward(layer, layer->bias ? &run->parameters[BIAS] : NULL, z, &run->y);
    return LNT_OK;
}

static lnt_status backward(const lnt_layer *layer, lnt_layer_run *run)
{
    lnt_activation_backward(layer, &run->cache, &run->y, &run->dy);
    const lnt_tensor x_transposed = lnt_transpose(&run->x);
    LNT_TRY(lnt_gemm(1, &x_transposed, &run->dy, 0, &run->gradients[WEIGHT]));
    if (layer->bias) {
        LNT_TRY(lnt_sum_rows(&run->dy, 0, &run->gradients[BIAS]));
    }
    if (run->need_dx) {
        const lnt_tensor w_transposed = lnt_transpose(&run->parameters[WEIGHT]);
        LNT_TRY(lnt_gemm(1, &run->dy, &w_transposed, 0, &run->dx));
    }
    return LNT_OK;
}

static const lnt_layer_kind dense_kind = {.name = "dense",
                                          .shape = shape,
                                          .init = init,
                                          .forward = forward,
                                          .backward = backward,
                                          .has_weights = true,
                                          .has_activation = true};

lnt_layer lnt_dense(size_t units, lnt_activation activation)
{
    return (lnt_layer){
        .kind = &dense_kind, .units = units, .activation = activation, .alpha = NAN, .bias = true};
}
