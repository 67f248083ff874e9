/* SPDX-License-Identifier: MIT */
#include "layers/activation.h"
#include "layers/layer.h"

enum { WEIGHT, BIAS };

static lnt_status shape(const lnt_layer *layer, size_t inputs, lnt_layer_shape *shape)
{
    LNT_TRY(lnt_activation_check(layer));
    if (layer->units == 0) {
        return LNT_ERR_INVALID;
    }
    shape->outputs = layer->units;
    shape->n_tensors = layer->bias ? 2 : 1;
    shape->tensors[WEIGHT].name = "weight";
    shape->tensors[WEIGHT].rows = inputs;
    shape->tensors[WEIGHT].cols = layer->units;
    shape->tensors[BIAS].name = "bias";
    shape->tensors[BIAS].rows = 1;
    shape->tensors[BIAS].cols = layer->units;
    return LNT_OK;
}

static lnt_status init(const lnt_layer *layer, size_t index, uint64_t seed, uint64_t stream,
                       lnt_tensor *parameter)
{
    lnt_init choice = index == WEIGHT ? layer->weight_init : layer->bias_init;
    if (choice.kind == LNT_INIT_AUTO) {
        choice = index == WEIGHT
                     ? lnt_init_of(lnt_activation_kind_of(layer->activation)->weight_init)
                     : lnt_init_zeros();
    }
    return lnt_init_fill(&choice, seed, stream, parameter);
}

static lnt_status forward(const lnt_layer *layer, lnt_layer_run *run)
{
    LNT_TRY(lnt_gemm(1, &run->x, &run->parameters[WEIGHT], 0, &run->y));
    lnt_activation_forward(layer, layer->bias ? &run->parameters[BIAS] : NULL, &run->y);
    return LNT_OK;
}

static lnt_status backward(const lnt_layer *layer, lnt_layer_run *run)
{
    lnt_activation_backward(layer, &run->y, &run->dy);
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

static const lnt_layer_kind dense_kind = {"dense", shape, init, forward, backward};

lnt_layer lnt_dense(size_t units, lnt_activation activation)
{
    return (lnt_layer){
        .kind = &dense_kind, .units = units, .activation = activation, .alpha = 0.01, .bias = true};
}
