/* SPDX-License-Identifier: MIT */
#include "layers/layer.h"

#include <math.h>

static lnt_status shape(lnt_layer *layer, size_t inputs, lnt_layer_shape *shape)
{
    shape->outputs = inputs;
    return layer->skip_depth > 0 ? LNT_OK : LNT_ERR_INVALID;
}

static lnt_status forward(const lnt_layer *layer, lnt_layer_run *run)
{
    (void) layer;
    LNT_TRY(lnt_copy(&run->x, &run->y));
    return lnt_axpy(1, &run->skip, &run->y);
}

/* The pass sends dy back along the other way, too. */
static lnt_status backward(const lnt_layer *layer, lnt_layer_run *run)
{
    (void) layer;
    run->dx = run->dy;
    return LNT_OK;
}

static const lnt_layer_kind residual_kind = {.name = "residual",
                                             .rules = &lnt_residual_rules,
                                             .shape = shape,
                                             .forward = forward,
                                             .backward = backward,
                                             .is_transparent = true,
                                             .has_span = true};

lnt_layer lnt_residual(size_t span)
{
    return (lnt_layer){.kind = &residual_kind, .alpha = NAN, .skip_depth = span};
}
