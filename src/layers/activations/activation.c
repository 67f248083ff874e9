/* SPDX-License-Identifier: MIT */
#include "layers/activations/activation.h"

#include <math.h>
#include <string.h>

static const lnt_activation_kind *const kinds[] = {
    [LNT_IDENTITY] = &lnt_activation_identity,
    [LNT_RELU] = &lnt_activation_relu,
    [LNT_LEAKY_RELU] = &lnt_activation_leaky_relu,
    [LNT_TANH] = &lnt_activation_tanh,
    [LNT_SIGMOID] = &lnt_activation_sigmoid,
    [LNT_ELU] = &lnt_activation_elu,
    [LNT_SELU] = &lnt_activation_selu,
    [LNT_GELU] = &lnt_activation_gelu,
    [LNT_GELU_TANH] = &lnt_activation_gelu_tanh,
    [LNT_SILU] = &lnt_activation_silu,
    [LNT_SOFTPLUS] = &lnt_activation_softplus,
    [LNT_SOFTSIGN] = &lnt_activation_softsign,
    [LNT_HARD_SIGMOID] = &lnt_activation_hard_sigmoid,
    [LNT_HARD_SWISH] = &lnt_activation_hard_swish,
    [LNT_SINE] = &lnt_activation_sine,
};

enum { N_KINDS = sizeof kinds / sizeof kinds[0] };

const lnt_activation_kind *lnt_activation_kind_of(lnt_activation activation)
{
    return (unsigned) activation < N_KINDS ? kinds[activation] : NULL;
}

const char *lnt_activation_name(lnt_activation activation)
{
    const lnt_activation_kind *kind = lnt_activation_kind_of(activation);
    return kind != NULL ? kind->name : NULL;
}

lnt_status lnt_activation_find(const char *name, lnt_activation *activation)
{
    if (name == NULL || activation == NULL) {
        return LNT_ERR_NULL;
    }
    for (unsigned i = 0; i < N_KINDS; i++) {
        if (strcmp(kinds[i]->name, name) == 0) {
            *activation = (lnt_activation) i;
            return LNT_OK;
        }
    }
    return LNT_ERR_INVALID;
}

double lnt_activation_gain(lnt_activation activation, double alpha)
{
    const lnt_activation_kind *kind = lnt_activation_kind_of(activation);
    if (kind == NULL) {
        return 1;
    }
    return activation == LNT_LEAKY_RELU ? sqrt(2 / (1 + alpha * alpha)) : kind->gain;
}

lnt_status lnt_activation_settle(lnt_layer *layer)
{
    const lnt_activation_kind *kind = lnt_activation_kind_of(layer->activation);
    if (kind == NULL) {
        return LNT_ERR_INVALID;
    }
    if (!kind->has_alpha || isnan(layer->alpha)) {
        layer->alpha = kind->alpha;
        return LNT_OK;
    }
    return layer->alpha > 0 && isfinite(layer->alpha) ? LNT_OK : LNT_ERR_INVALID;
}

bool lnt_activation_keeps_z(const lnt_layer *layer)
{
    return lnt_activation_kind_of(layer->activation)->keeps_z;
}

/* What a product can do, by activation: f, and dy·f'(z) in terms of y. */
static const struct finishes {
    bool forward, backward;
    lnt_finish value, slope;
} finishes[N_KINDS] = {
    [LNT_IDENTITY] = {true, true, LNT_FINISH_NONE, LNT_FINISH_NONE},
    [LNT_RELU] = {true, true, LNT_FINISH_RELU, LNT_FINISH_RELU_SLOPE},
    [LNT_TANH] = {.backward = true, .slope = LNT_FINISH_TANH_SLOPE},
    [LNT_SIGMOID] = {.backward = true, .slope = LNT_FINISH_SIGMOID_SLOPE},
};

bool lnt_activation_finish(const lnt_layer *layer, lnt_finish *finish)
{
    *finish = finishes[layer->activation].value;
    return finishes[layer->activation].forward;
}

bool lnt_activation_slope(const lnt_layer *layer, lnt_finish *finish)
{
    *finish = finishes[layer->activation].slope;
    return finishes[layer->activation].backward;
}

static const lnt_activation_kernels *kernels_of(const lnt_activation_kind *kind, lnt_dtype dtype)
{
    return dtype == LNT_F32 ? &kind->f32 : &kind->f64;
}

void lnt_activation_forward(const lnt_layer *layer, const lnt_tensor *bias, lnt_tensor *z,
                            lnt_tensor *y)
{
    const lnt_activation_kind *kind = lnt_activation_kind_of(layer->activation);
    if (bias != NULL || !kind->is_identity) {
        kernels_of(kind, y->dtype)
            ->forward(y->rows, y->cols, layer->alpha, bias != NULL ? bias->data : NULL, z->data,
                      y->data);
    }
}

void lnt_activation_backward(const lnt_layer *layer, const lnt_tensor *z, const lnt_tensor *y,
                             lnt_tensor *dy)
{
    const lnt_activation_kind *kind = lnt_activation_kind_of(layer->activation);
    if (!kind->is_identity) {
        kernels_of(kind, y->dtype)
            ->backward(y->rows * y->cols, layer->alpha, kind->keeps_z ? z->data : NULL, y->data,
                       dy->data);
    }
}

lnt_status lnt_activation_slope_of(const lnt_layer *layer, const lnt_tensor *z, const lnt_tensor *y,
                                   lnt_tensor *slope)
{
    LNT_TRY(lnt_fill(1, slope));
    lnt_activation_backward(layer, z, y, slope);
    return LNT_OK;
}
