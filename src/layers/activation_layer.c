/* SPDX-License-Identifier: MIT */
#include "layers/activations/activation.h"
#include "layers/layer.h"

#include <math.h>

static lnt_status shape(lnt_layer *layer, size_t inputs, lnt_layer_shape *shape)
{
    LNT_TRY(lnt_activation_settle(layer));
    shape->outputs = inputs;
    shape->cache_cols = lnt_activation_keeps_z(layer) ? inputs : 0;
    return LNT_OK;
}

static lnt_status forward(const lnt_layer *layer, lnt_layer_run *run)
{
    const bool keeps_z = run->mode == LNT_TRAINING && lnt_activation_keeps_z(layer);
    lnt_tensor *z = keeps_z ? &run->cache : &run->y;
    LNT_TRY(lnt_copy(&run->x, z));
    lnt_activation_forward(layer, NULL, z, &run->y);
    return LNT_OK;
}

static lnt_status backward(const lnt_layer *layer, lnt_layer_run *run)
{
    lnt_activation_backward(layer, &run->cache, &run->y, &run->dy);
    run->dx = run->dy;
    return LNT_OK;
}

static const lnt_layer_kind activation_kind = {.name = "activation",
                                               .rules = &lnt_activation_rules,
                                               .shape = shape,
                                               .forward = forward,
                                               .backward = backward,
                                               .has_activation = true};

lnt_layer lnt_activation_layer(lnt_activation activation)
{
    return (lnt_layer){.kind = &activation_kind, .activation = activation, .alpha = NAN};
}
