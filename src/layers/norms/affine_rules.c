/* SPDX-License-Identifier: MIT */
#include "layers/norms/affine.h"

/* Derivatives of y = g∘x̂ + b, whose x̂ lies in the point's cache and x̂˙ in the tangent's. */

enum { COLUMNS = 64 };

/* Elements of one among tensors that may not be there. */
static const void *gain_of(const lnt_layer *layer, const lnt_tensor *tensors)
{
    return tensors != NULL ? lnt_affine_gain(layer, tensors) : NULL;
}

#define TEMPLATE "layers/norms/affine_rules.inc"
#include "base/precision/both.inc"

void lnt_affine_push(const lnt_layer *layer, const lnt_layer_point *p, lnt_layer_tangent *t)
{
    const void *g_dot = gain_of(layer, t->parameters);
    const void *b_dot = t->parameters != NULL ? lnt_affine_bias(layer, t->parameters) : NULL;
    (t->y.dtype == LNT_F32 ? push_f32 : push_f64)(
        &p->cache, &t->cache, lnt_affine_gain(layer, p->parameters), g_dot, b_dot, &t->y);
}

lnt_status lnt_affine_pull(const lnt_layer *layer, const lnt_layer_point *p, lnt_layer_pull *q)
{
    const size_t bias = layer->gain ? 1 : 0;
    const bool f32 = q->dy.dtype == LNT_F32;
    if (q->gradients != NULL) {
        if (layer->gain) {
            (f32 ? sum_f32 : sum_f64)(&q->dy, &p->cache, NULL, NULL, q->gradients[0].data);
        }
        LNT_TRY(layer->bias ? lnt_column_sums(&q->dy, 0, &q->gradients[bias]) : LNT_OK);
    }
    if (q->along != NULL && q->gradients_dot != NULL) {
        if (layer->gain) {
            (f32 ? sum_f32 : sum_f64)(&q->dy_dot, &p->cache, &q->dy, &q->along->cache,
                                      q->gradients_dot[0].data);
        }
        LNT_TRY(layer->bias ? lnt_column_sums(&q->dy_dot, 0, &q->gradients_dot[bias]) : LNT_OK);
    }
    return LNT_OK;
}

const void *lnt_affine_gain_dot(const lnt_layer *layer, const lnt_layer_pull *q)
{
    return q->along != NULL ? gain_of(layer, q->along->parameters) : NULL;
}
