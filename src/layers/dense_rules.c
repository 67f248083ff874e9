/* SPDX-License-Identifier: MIT */
#include "layers/activation_rules.h"
#include "tensor/hadamard.h"

/* z = x·W + b, y = f(z). */

enum { WEIGHT, BIAS };

static lnt_status dense_point(const lnt_layer *layer, lnt_layer_point *p)
{
    LNT_TRY(
        lnt_gemm(1, &p->x, &p->parameters[WEIGHT], 0, lnt_activation_bends(layer) ? &p->z : &p->y));
    return lnt_activation_point(layer, p, layer->bias ? &p->parameters[BIAS] : NULL);
}

/* ż = ẋ·W + x·Ẇ + ḃ, where either may be 0. */
static lnt_status dense_push(const lnt_layer *layer, const lnt_layer_point *p, lnt_layer_tangent *t)
{
    lnt_tensor *z = lnt_activation_bends(layer) ? &t->z : &t->y;
    if (t->x != NULL) {
        LNT_TRY(lnt_gemm(1, t->x, &p->parameters[WEIGHT], 0, z));
    }
    if (t->parameters != NULL) {
        LNT_TRY(lnt_gemm(1, &p->x, &t->parameters[WEIGHT], t->x != NULL, z));
        LNT_TRY(layer->bias ? lnt_add_bias(&t->parameters[BIAS], z) : LNT_OK);
    }
    if (t->x == NULL && t->parameters == NULL) {
        LNT_TRY(lnt_fill(0, z));
    }
    lnt_activation_push(layer, p, t);
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
        LNT_TRY(layer->bias ? lnt_column_sums(&q->dy_dot, 0, &q->gradients_dot[BIAS]) : LNT_OK);
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
    lnt_activation_pull(layer, p, q);
    if (q->gradients != NULL) {
        const lnt_tensor x = lnt_transpose(&p->x);
        LNT_TRY(lnt_gemm(1, &x, &q->dy, 0, &q->gradients[WEIGHT]));
        LNT_TRY(layer->bias ? lnt_column_sums(&q->dy, 0, &q->gradients[BIAS]) : LNT_OK);
    }
    if (q->dx != NULL) {
        const lnt_tensor w = lnt_transpose(&p->parameters[WEIGHT]);
        LNT_TRY(lnt_gemm(1, &q->dy, &w, 0, q->dx));
    }
    return q->along != NULL ? dense_pull_along(layer, p, q) : LNT_OK;
}

const lnt_layer_rules lnt_dense_rules = {dense_point, dense_push, dense_pull};
