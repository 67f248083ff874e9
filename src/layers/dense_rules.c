/* SPDX-License-Identifier: MIT */
#include "layers/activation.h"
#include "layers/layer.h"
#include "tensor/hadamard.h"

/* z = x·W + b, y = f(z), of a dense layer, and of an activation on its own, where z = x. */

enum { WEIGHT, BIAS };

static bool bends(const lnt_layer *layer)
{
    return layer->activation != LNT_IDENTITY;
}

static size_t count(const lnt_tensor *t)
{
    return t->rows * t->cols;
}

/* y = f(z), f' and f'' from z, which comes without the bias; without an activation y is z. */
static lnt_status activate(const lnt_layer *layer, lnt_layer_point *p, const lnt_tensor *bias)
{
    if (!bends(layer)) {
        return bias != NULL ? lnt_add_row(bias, &p->y) : LNT_OK;
    }
    lnt_activation_forward(layer, bias, &p->z, &p->y);
    LNT_TRY(lnt_activation_slope_of(layer, &p->z, &p->y, &p->slope));
    if (p->bend.data != NULL) {
        lnt_activation_bend_of(layer, &p->z, &p->bend);
    }
    return LNT_OK;
}

/* ẏ = f'(z)∘ż. */
static void push_activation(const lnt_layer *layer, const lnt_layer_point *p, lnt_layer_tangent *t)
{
    if (bends(layer)) {
        lnt_hadamard(t->y.dtype, count(&t->y), p->slope.data, t->z.data, false, t->y.data);
    }
}

/* dz = f'(z)∘dy, and along the direction f'(z)∘(dy)˙ + f''(z)∘ż∘dy, in place. */
static void pull_activation(const lnt_layer *layer, const lnt_layer_point *p, lnt_layer_pull *q)
{
    const lnt_dtype dtype = q->dy.dtype;
    const size_t n = count(&q->dy);
    if (!bends(layer)) {
        return;
    }
    if (q->along != NULL) {
        lnt_hadamard(dtype, n, p->slope.data, q->dy_dot.data, false, q->dy_dot.data);
        lnt_hadamard_add3(dtype, n, p->bend.data, q->along->z.data, q->dy.data, q->dy_dot.data);
    }
    lnt_hadamard(dtype, n, p->slope.data, q->dy.data, false, q->dy.data);
}

/* --- dense --- */

static lnt_status dense_point(const lnt_layer *layer, lnt_layer_point *p)
{
    LNT_TRY(lnt_gemm(1, &p->x, &p->parameters[WEIGHT], 0, bends(layer) ? &p->z : &p->y));
    return activate(layer, p, layer->bias ? &p->parameters[BIAS] : NULL);
}

/* ż = ẋ·W + x·Ẇ + ḃ, where either may be 0. */
static lnt_status dense_push(const lnt_layer *layer, const lnt_layer_point *p, lnt_layer_tangent *t)
{
    lnt_tensor *z = bends(layer) ? &t->z : &t->y;
    if (t->x != NULL) {
        LNT_TRY(lnt_gemm(1, t->x, &p->parameters[WEIGHT], 0, z));
    }
    if (t->parameters != NULL) {
        LNT_TRY(lnt_gemm(1, &p->x, &t->parameters[WEIGHT], t->x != NULL, z));
        LNT_TRY(layer->bias ? lnt_add_row(&t->parameters[BIAS], z) : LNT_OK);
    }
    if (t->x == NULL && t->parameters == NULL) {
        LNT_TRY(lnt_fill(0, z));
    }
    push_activation(layer, p, t);
    return LNT_OK;
}

/* The change of dW = xᵀ·dz, db and dx = dz·Wᵀ along the direction. */
static lnt_status dense_pull_along(const lnt_layer *layer, const lnt_layer_point *p,
                                   lnt_layer_pull *q)
{
    const lnt_layer_tangent *t = q->along;
    if (q->gradients_dot != NULL) {
        const lnt_tensor x = lnt_transpose(&p->x);
        LNT_TRY(lnt_gemm(1, &x, &q->dy_dot, 0, &q->gradients_dot[WEIGHT]));
        if (t->x != NULL) {
            const lnt_tensor x_dot = lnt_transpose(t->x);
            LNT_TRY(lnt_gemm(1, &x_dot, &q->dy, 1, &q->gradients_dot[WEIGHT]));
        }
        LNT_TRY(layer->bias ? lnt_sum_rows(&q->dy_dot, 0, &q->gradients_dot[BIAS]) : LNT_OK);
    }
    if (q->dx_dot != NULL) {
        const lnt_tensor w = lnt_transpose(&p->parameters[WEIGHT]);
        LNT_TRY(lnt_gemm(1, &q->dy_dot, &w, 0, q->dx_dot));
        if (t->parameters != NULL) {
            const lnt_tensor w_dot = lnt_transpose(&t->parameters[WEIGHT]);
            LNT_TRY(lnt_gemm(1, &q->dy, &w_dot, 1, q->dx_dot));
        }
    }
    return LNT_OK;
}

static lnt_status dense_pull(const lnt_layer *layer, const lnt_layer_point *p, lnt_layer_pull *q)
{
    pull_activation(layer, p, q);
    if (q->gradients != NULL) {
        const lnt_tensor x = lnt_transpose(&p->x);
        LNT_TRY(lnt_gemm(1, &x, &q->dy, 0, &q->gradients[WEIGHT]));
        LNT_TRY(layer->bias ? lnt_sum_rows(&q->dy, 0, &q->gradients[BIAS]) : LNT_OK);
    }
    if (q->dx != NULL) {
        const lnt_tensor w = lnt_transpose(&p->parameters[WEIGHT]);
        LNT_TRY(lnt_gemm(1, &q->dy, &w, 0, q->dx));
    }
    return q->along != NULL ? dense_pull_along(layer, p, q) : LNT_OK;
}

const lnt_layer_rules lnt_dense_rules = {dense_point, dense_push, dense_pull};

/* --- an activation on its own --- */

static lnt_status activation_point(const lnt_layer *layer, lnt_layer_point *p)
{
    LNT_TRY(lnt_copy(&p->x, bends(layer) ? &p->z : &p->y));
    return activate(layer, p, NULL);
}

static lnt_status activation_push(const lnt_layer *layer, const lnt_layer_point *p,
                                  lnt_layer_tangent *t)
{
    lnt_tensor *z = bends(layer) ? &t->z : &t->y;
    LNT_TRY(t->x != NULL ? lnt_copy(t->x, z) : lnt_fill(0, z));
    push_activation(layer, p, t);
    return LNT_OK;
}

static lnt_status activation_pull(const lnt_layer *layer, const lnt_layer_point *p,
                                  lnt_layer_pull *q)
{
    pull_activation(layer, p, q);
    LNT_TRY(q->dx != NULL ? lnt_copy(&q->dy, q->dx) : LNT_OK);
    return q->along != NULL && q->dx_dot != NULL ? lnt_copy(&q->dy_dot, q->dx_dot) : LNT_OK;
}

const lnt_layer_rules lnt_activation_rules = {activation_point, activation_push, activation_pull};

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
