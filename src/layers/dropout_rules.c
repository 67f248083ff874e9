/* SPDX-License-Identifier: MIT */
#include "layers/layer.h"

/* In inference nothing is dropped: y = x. */

static lnt_status point(const lnt_layer *layer, lnt_layer_point *p)
{
    (void) layer;
    return lnt_copy(&p->x, &p->y);
}

static lnt_status push(const lnt_layer *layer, const lnt_layer_point *p, lnt_layer_tangent *t)
{
    (void) layer, (void) p;
    return t->x != NULL ? lnt_copy(t->x, &t->y) : lnt_fill(0, &t->y);
}

static lnt_status pull(const lnt_layer *layer, const lnt_layer_point *p, lnt_layer_pull *q)
{
    (void) layer, (void) p;
    LNT_TRY(q->dx != NULL ? lnt_copy(&q->dy, q->dx) : LNT_OK);
    return q->along != NULL && q->dx_dot != NULL ? lnt_copy(&q->dy_dot, q->dx_dot) : LNT_OK;
}

const lnt_layer_rules lnt_dropout_rules = {point, push, pull};
