/* SPDX-License-Identifier: MIT */
#include "layers/norms/affine.h"

#include <math.h>

/* Of batch norm in inference: x̂ = (x − μ)∘r, r = 1/√(σ² + epsilon), both of running statistics. */

enum { RUNNING_MEAN, RUNNING_VAR };

/* A panel of columns whose r is kept on the stack. */
enum { COLUMNS = 64 };

#define TEMPLATE "layers/norms/batch_norm_rules.inc"
#include "base/precision/both.inc"

static lnt_status point(const lnt_layer *layer, lnt_layer_point *p)
{
    lnt_layer_run run = {.mode = LNT_INFERENCE,
                         .parameters = p->parameters,
                         .statistics = p->statistics,
                         .x = p->x,
                         .y = p->y};
    (p->x.dtype == LNT_F32 ? normal_f32 : normal_f64)(&p->x, p->statistics[RUNNING_MEAN].data,
                                                      p->statistics[RUNNING_VAR].data,
                                                      layer->epsilon, &p->cache);
    return layer->kind->forward(layer, &run);
}

static lnt_status push(const lnt_layer *layer, const lnt_layer_point *p, lnt_layer_tangent *t)
{
    if (t->x != NULL) {
        (t->x->dtype == LNT_F32 ? normal_f32 : normal_f64)(
            t->x, NULL, p->statistics[RUNNING_VAR].data, layer->epsilon, &t->cache);
    } else {
        LNT_TRY(lnt_fill(0, &t->cache));
    }
    lnt_affine_push(layer, p, t);
    return LNT_OK;
}

static lnt_status pull(const lnt_layer *layer, const lnt_layer_point *p, lnt_layer_pull *q)
{
    const bool f32 = q->dy.dtype == LNT_F32;
    const void *g = lnt_affine_gain(layer, p->parameters);
    const void *variance = p->statistics[RUNNING_VAR].data;
    LNT_TRY(lnt_affine_pull(layer, p, q));
    if (q->dx != NULL) {
        (f32 ? back_f32 : back_f64)(&q->dy, g, NULL, NULL, variance, layer->epsilon, q->dx);
    }
    if (q->along != NULL && q->dx_dot != NULL) {
        (f32 ? back_f32 : back_f64)(&q->dy, g, &q->dy_dot, lnt_affine_gain_dot(layer, q), variance,
                                    layer->epsilon, q->dx_dot);
    }
    return LNT_OK;
}

const lnt_layer_rules lnt_batch_norm_rules = {point, push, pull};
