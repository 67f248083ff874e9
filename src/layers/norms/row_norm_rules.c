/* SPDX-License-Identifier: MIT */
#include "layers/norms/affine.h"

/*
 * Of x̂ = s·P·x by rows, s = 1/√(|P·x|²/n + epsilon), where P takes the mean out in layer norm and
 * is the identity in RMS norm. With m = mean(x̂∘ẋ):
 *
 *     x̂˙ = s·(P·ẋ − x̂·m),    ṡ = −s²·m.
 *
 * The map from ẋ to x̂˙ is symmetric, so it takes d = g∘dy to dx = s·(P·d − x̂·c), c = mean(x̂∘d); and
 *
 *     (dx)˙ = s·(P·ḋ − x̂˙·c − x̂·mean(x̂˙∘d + x̂∘ḋ)) − s·m·dx,    ḋ = ġ∘dy + g∘(dy)˙.
 *
 * Caches: x̂ and s, and x̂˙ and s·m, of each row.
 */

typedef struct moments {
    double mean;  /* 0 if nothing is taken out */
    double along; /* mean of x̂∘… */
} moments;

#define TEMPLATE "layers/norms/row_norm_rules.inc"
#include "base/precision/both.inc"

/* A row's norm is the same in training, which keeps x̂ and s. */
static lnt_status point(const lnt_layer *layer, lnt_layer_point *p)
{
    lnt_layer_run run = {
        .mode = LNT_TRAINING, .parameters = p->parameters, .x = p->x, .y = p->y, .cache = p->cache};
    return layer->kind->forward(layer, &run);
}

static lnt_status push(bool centered, const lnt_layer *layer, const lnt_layer_point *p,
                       lnt_layer_tangent *t)
{
    if (t->x != NULL) {
        (t->x->dtype == LNT_F32 ? push_f32 : push_f64)(centered, t->x, &p->cache, &t->cache);
    } else {
        LNT_TRY(lnt_fill(0, &t->cache));
    }
    lnt_affine_push(layer, p, t);
    return LNT_OK;
}

static lnt_status pull(bool centered, const lnt_layer *layer, const lnt_layer_point *p,
                       lnt_layer_pull *q)
{
    const bool f32 = q->dy.dtype == LNT_F32;
    const void *g = lnt_affine_gain(layer, p->parameters);
    LNT_TRY(lnt_affine_pull(layer, p, q));
    if (q->dx != NULL) {
        (f32 ? pull_f32 : pull_f64)(centered, q, g, &p->cache);
    }
    if (q->along != NULL && q->dx_dot != NULL) {
        (f32 ? pull_along_f32 : pull_along_f64)(centered, q, g, lnt_affine_gain_dot(layer, q),
                                                &p->cache);
    }
    return LNT_OK;
}

static lnt_status layer_norm_push(const lnt_layer *layer, const lnt_layer_point *p,
                                  lnt_layer_tangent *t)
{
    return push(true, layer, p, t);
}

static lnt_status layer_norm_pull(const lnt_layer *layer, const lnt_layer_point *p,
                                  lnt_layer_pull *q)
{
    return pull(true, layer, p, q);
}

static lnt_status rms_norm_push(const lnt_layer *layer, const lnt_layer_point *p,
                                lnt_layer_tangent *t)
{
    return push(false, layer, p, t);
}

static lnt_status rms_norm_pull(const lnt_layer *layer, const lnt_layer_point *p, lnt_layer_pull *q)
{
    return pull(false, layer, p, q);
}

const lnt_layer_rules lnt_layer_norm_rules = {point, layer_norm_push, layer_norm_pull};
const lnt_layer_rules lnt_rms_norm_rules = {point, rms_norm_push, rms_norm_pull};
