/* SPDX-License-Identifier: MIT */
#include "layers/layer.h"

/* Of y = k∘x, k = 1 where x > 0, else a, with slopes a by columns. */

enum { COLUMNS = 64 };

#define TEMPLATE "layers/prelu_rules.inc"
#include "base/precision/both.inc"

static lnt_status point(const lnt_layer *layer, lnt_layer_point *p)
{
    lnt_layer_run run = {.mode = LNT_INFERENCE, .parameters = p->parameters, .x = p->x, .y = p->y};
    return layer->kind->forward(layer, &run);
}

static lnt_status push(const lnt_layer *layer, const lnt_layer_point *p, lnt_layer_tangent *t)
{
    (void) layer;
    const void *a_dot = t->parameters != NULL ? t->parameters[0].data : NULL;
    (t->y.dtype == LNT_F32 ? map_f32 : map_f64)(&p->x, p->parameters[0].data, a_dot, t->x, &p->x,
                                                &t->y);
    return LNT_OK;
}

static lnt_status pull(const lnt_layer *layer, const lnt_layer_point *p, lnt_layer_pull *q)
{
    (void) layer;
    const bool f32 = q->dy.dtype == LNT_F32;
    const void *a = p->parameters[0].data;
    if (q->gradients != NULL) {
        (f32 ? sum_f32 : sum_f64)(&p->x, &q->dy, NULL, NULL, q->gradients[0].data);
    }
    if (q->dx != NULL) {
        (f32 ? map_f32 : map_f64)(&p->x, a, NULL, &q->dy, NULL, q->dx);
    }
    if (q->along == NULL) {
        return LNT_OK;
    }
    if (q->gradients_dot != NULL) {
        (f32 ? sum_f32 : sum_f64)(&p->x, &q->dy_dot, q->along->x, &q->dy, q->gradients_dot[0].data);
    }
    if (q->dx_dot != NULL) {
        const lnt_tensor *p_dot = q->along->parameters;
        (f32 ? map_f32 : map_f64)(&p->x, a, p_dot != NULL ? p_dot[0].data : NULL, &q->dy_dot,
                                  &q->dy, q->dx_dot);
    }
    return LNT_OK;
}

const lnt_layer_rules lnt_prelu_rules = {point, push, pull};
