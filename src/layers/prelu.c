/* SPDX-License-Identifier: MIT */
#include "layers/layer.h"

#include <math.h>

static lnt_status shape(lnt_layer *layer, size_t inputs, lnt_layer_shape *shape)
{
    layer->alpha = isnan(layer->alpha) ? 0.25 : layer->alpha;
    if (!isfinite(layer->alpha)) {
        return LNT_ERR_INVALID;
    }
    shape->outputs = inputs;
    shape->n_tensors = 1;
    shape->tensors[0] = (lnt_tensor_shape){"weight", LNT_ROLE_GAIN, 1, inputs};
    return LNT_OK;
}

static lnt_status init(const lnt_layer *layer, const lnt_layer *next, size_t index, uint64_t seed,
                       uint64_t stream, lnt_tensor *parameter)
{
    (void) next, (void) index, (void) seed, (void) stream;
    return lnt_fill(layer->alpha, parameter);
}

enum { COLUMNS = 64 };

#define TEMPLATE "layers/prelu.inc"
#include "base/precision/both.inc"

static lnt_status forward(const lnt_layer *layer, lnt_layer_run *run)
{
    (void) layer;
    (run->x.dtype == LNT_F32 ? forward_f32 : forward_f64)(&run->x, run->parameters[0].data,
                                                          run->y.data);
    return LNT_OK;
}

static lnt_status backward(const lnt_layer *layer, lnt_layer_run *run)
{
    (void) layer;
    (run->dy.dtype == LNT_F32 ? backward_f32 : backward_f64)(&run->x, run->parameters[0].data,
                                                             run->dy.data, run->gradients[0].data);
    run->dx = run->dy;
    return LNT_OK;
}

static const lnt_layer_kind prelu_kind = {.name = "prelu",
                                          .rules = &lnt_prelu_rules,
                                          .shape = shape,
                                          .init = init,
                                          .forward = forward,
                                          .backward = backward,
                                          .is_leaky = true};

lnt_layer lnt_prelu(void)
{
    return (lnt_layer){.kind = &prelu_kind, .activation = LNT_LEAKY_RELU, .alpha = NAN};
}
