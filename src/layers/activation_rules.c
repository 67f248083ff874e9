/* SPDX-License-Identifier: MIT */
#include "layers/activation_rules.h"

#include "layers/activations/activation.h"
#include "tensor/hadamard.h"

bool lnt_activation_bends(const lnt_layer *layer)
{
    return layer->activation != LNT_IDENTITY;
}

static size_t count(const lnt_tensor *t)
{
    return t->rows * t->cols;
}

lnt_status lnt_activation_point(const lnt_layer *layer, lnt_layer_point *p, const lnt_tensor *bias)
{
    if (!lnt_activation_bends(layer)) {
        return bias != NULL ? lnt_add_bias(bias, &p->y) : LNT_OK;
    }
    lnt_activation_forward(layer, bias, &p->z, &p->y);
    LNT_TRY(lnt_activation_slope_of(layer, &p->z, &p->y, &p->slope));
    if (p->bend.data != NULL) {
        lnt_activation_bend_of(layer, &p->z, &p->bend);
    }
    return LNT_OK;
}

void lnt_activation_push(const lnt_layer *layer, const lnt_layer_point *p, lnt_layer_tangent *t)
{
    if (lnt_activation_bends(layer)) {
        lnt_hadamard(t->y.dtype, count(&t->y), p->slope.data, t->z.data, false, t->y.data);
    }
}

void lnt_activation_pull(const lnt_layer *layer, const lnt_layer_point *p, lnt_layer_pull *q)
{
    const lnt_dtype dtype = q->dy.dtype;
    const size_t n = count(&q->dy);
    if (!lnt_activation_bends(layer)) {
        return;
    }
    if (q->along != NULL) {
        lnt_hadamard(dtype, n, p->slope.data, q->dy_dot.data, false, q->dy_dot.data);
        lnt_hadamard_add3(dtype, n, p->bend.data, q->along->z.data, q->dy.data, q->dy_dot.data);
    }
    lnt_hadamard(dtype, n, p->slope.data, q->dy.data, false, q->dy.data);
}

static lnt_status point(const lnt_layer *layer, lnt_layer_point *p)
{
    LNT_TRY(lnt_copy(&p->x, lnt_activation_bends(layer) ? &p->z : &p->y));
    return lnt_activation_point(layer, p, NULL);
}

static lnt_status push(const lnt_layer *layer, const lnt_layer_point *p, lnt_layer_tangent *t)
{
    lnt_tensor *z = lnt_activation_bends(layer) ? &t->z : &t->y;
    LNT_TRY(t->x != NULL ? lnt_copy(t->x, z) : lnt_fill(0, z));
    lnt_activation_push(layer, p, t);
    return LNT_OK;
}

static lnt_status pull(const lnt_layer *layer, const lnt_layer_point *p, lnt_layer_pull *q)
{
    lnt_activation_pull(layer, p, q);
    LNT_TRY(q->dx != NULL ? lnt_copy(&q->dy, q->dx) : LNT_OK);
    return q->along != NULL && q->dx_dot != NULL ? lnt_copy(&q->dy_dot, q->dx_dot) : LNT_OK;
}

const lnt_layer_rules lnt_activation_rules = {point, push, pull};

/* --- residual sums --- */

static lnt_status residual_point(const lnt_layer *layer, lnt_layer_point *p)
{
    (void) layer;
    LNT_TRY(lnt_copy(&p->x, &p->y));
    return lnt_axpy(1, &p->skip, &p->y);
}

static lnt_status residual_push(const lnt_layer *layer, const lnt_layer_point *p,
                                lnt_layer_tangent *t)
{
    (void) layer, (void) p;
    LNT_TRY(t->x != NULL ? lnt_copy(t->x, &t->y) : lnt_fill(0, &t->y));
    return t->skip != NULL ? lnt_axpy(1, t->skip, &t->y) : LNT_OK;
}

/* The other way is the net's business. */
static lnt_status residual_pull(const lnt_layer *layer, const lnt_layer_point *p, lnt_layer_pull *q)
{
    (void) layer, (void) p;
    LNT_TRY(q->dx != NULL ? lnt_copy(&q->dy, q->dx) : LNT_OK);
    return q->along != NULL && q->dx_dot != NULL ? lnt_copy(&q->dy_dot, q->dx_dot) : LNT_OK;
}

const lnt_layer_rules lnt_residual_rules = {residual_point, residual_push, residual_pull};
