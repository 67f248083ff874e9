/* SPDX-License-Identifier: MIT */
#include "layers/norms/affine.h"

/* Derivatives of y = g∘x̂ + b, whose x̂ lies in the point's cache and x̂˙ in the tangent's. */

enum { COLUMNS = 64 };

/* Elements of one among tensors that may not be there. */
static const void *gain_of(const lnt_layer *layer, const lnt_tensor *tensors)
{
    return tensors != NULL ? lnt_affine_gain(layer, tensors) : NULL;
}

/*
 * ẏ = g∘x̂˙ + ġ∘x̂ + ḃ; and, over a panel of columns, in double, Σ_rows dy∘x̂, or along the direction
 * Σ_rows (dy)˙∘x̂ + dy∘x̂˙.
 */
#define KERNELS(suffix, REAL)                                                                      \
    static void push_##suffix(const lnt_tensor *normal, const lnt_tensor *normal_dot,              \
                              const void *g_data, const void *g_dot_data, const void *b_dot_data,  \
                              lnt_tensor *y_dot)                                                   \
    {                                                                                              \
        const REAL *g = g_data, *g_dot = g_dot_data, *b_dot = b_dot_data;                          \
        for (size_t i = 0; i < y_dot->rows; i++) {                                                 \
            const REAL *n = lnt_element(normal, i, 0), *n_dot = lnt_element(normal_dot, i, 0);     \
            REAL *y = lnt_element(y_dot, i, 0);                                                    \
            for (size_t j = 0; j < y_dot->cols; j++) {                                             \
                y[j] = (g != NULL ? g[j] * n_dot[j] : n_dot[j]) +                                  \
                       (g_dot != NULL ? g_dot[j] * n[j] : 0) + (b_dot != NULL ? b_dot[j] : 0);     \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static void sum_##suffix(const lnt_tensor *a, const lnt_tensor *normal, const lnt_tensor *c,   \
                             const lnt_tensor *normal_dot, void *sum_data)                         \
    {                                                                                              \
        for (size_t first = 0; first < a->cols; first += COLUMNS) {                                \
            const size_t count = a->cols - first < COLUMNS ? a->cols - first : COLUMNS;            \
            double sum[COLUMNS] = {0};                                                             \
            for (size_t i = 0; i < a->rows; i++) {                                                 \
                const REAL *p = lnt_element(a, i, first), *n = lnt_element(normal, i, first);      \
                for (size_t j = 0; j < count; j++) {                                               \
                    sum[j] += (double) p[j] * (double) n[j];                                       \
                }                                                                                  \
                if (c != NULL) {                                                                   \
                    const REAL *q = lnt_element(c, i, first);                                      \
                    const REAL *n_dot = lnt_element(normal_dot, i, first);                         \
                    for (size_t j = 0; j < count; j++) {                                           \
                        sum[j] += (double) q[j] * (double) n_dot[j];                               \
                    }                                                                              \
                }                                                                                  \
            }                                                                                      \
            for (size_t j = 0; j < count; j++) {                                                   \
                ((REAL *) sum_data)[first + j] = (REAL) sum[j];                                    \
            }                                                                                      \
        }                                                                                          \
    }

KERNELS(f32, float)
KERNELS(f64, double)
#undef KERNELS

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
        LNT_TRY(layer->bias ? lnt_sum_rows(&q->dy, 0, &q->gradients[bias]) : LNT_OK);
    }
    if (q->along != NULL && q->gradients_dot != NULL) {
        if (layer->gain) {
            (f32 ? sum_f32 : sum_f64)(&q->dy_dot, &p->cache, &q->dy, &q->along->cache,
                                      q->gradients_dot[0].data);
        }
        LNT_TRY(layer->bias ? lnt_sum_rows(&q->dy_dot, 0, &q->gradients_dot[bias]) : LNT_OK);
    }
    return LNT_OK;
}

const void *lnt_affine_gain_dot(const lnt_layer *layer, const lnt_layer_pull *q)
{
    return q->along != NULL ? gain_of(layer, q->along->parameters) : NULL;
}
