/* SPDX-License-Identifier: MIT */
#include "layers/norms/affine.h"

#include <math.h>

/* Of batch norm in inference: x̂ = (x − μ)∘r, r = 1/√(σ² + epsilon), both of running statistics. */

enum { RUNNING_MEAN, RUNNING_VAR };

/* A panel of columns whose r is kept on the stack. */
enum { COLUMNS = 64 };

/* n = (x − μ)∘r, or without μ x∘r; dx = g∘r∘dy, or along the direction r∘(ġ∘dy + g∘(dy)˙). */
#define KERNELS(suffix, REAL)                                                                      \
    static void roots_##suffix(const void *var_data, double epsilon, size_t first, size_t count,   \
                               double *r)                                                          \
    {                                                                                              \
        const REAL *variance = var_data;                                                           \
        for (size_t j = 0; j < count; j++) {                                                       \
            r[j] = 1 / sqrt((double) variance[first + j] + epsilon);                               \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static void normal_##suffix(const lnt_tensor *x, const void *mean_data, const void *variance,  \
                                double epsilon, lnt_tensor *normal)                                \
    {                                                                                              \
        const REAL *mean = mean_data;                                                              \
        for (size_t first = 0; first < x->cols; first += COLUMNS) {                                \
            const size_t count = x->cols - first < COLUMNS ? x->cols - first : COLUMNS;            \
            double r[COLUMNS];                                                                     \
            roots_##suffix(variance, epsilon, first, count, r);                                    \
            for (size_t i = 0; i < x->rows; i++) {                                                 \
                const REAL *row = lnt_element(x, i, first);                                        \
                REAL *n = lnt_element(normal, i, first);                                           \
                for (size_t j = 0; j < count; j++) {                                               \
                    const double value = (double) row[(ptrdiff_t) j * x->col_stride];              \
                    n[j] =                                                                         \
                        (REAL) ((value - (mean != NULL ? (double) mean[first + j] : 0)) * r[j]);   \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static void back_##suffix(const lnt_tensor *dy, const void *g_data, const lnt_tensor *dy_dot,  \
                              const void *g_dot_data, const void *variance, double epsilon,        \
                              lnt_tensor *dx)                                                      \
    {                                                                                              \
        const REAL *g = g_data, *g_dot = g_dot_data;                                               \
        const lnt_tensor *from = dy_dot != NULL ? dy_dot : dy;                                     \
        for (size_t first = 0; first < dx->cols; first += COLUMNS) {                               \
            const size_t count = dx->cols - first < COLUMNS ? dx->cols - first : COLUMNS;          \
            double r[COLUMNS];                                                                     \
            roots_##suffix(variance, epsilon, first, count, r);                                    \
            for (size_t i = 0; i < dx->rows; i++) {                                                \
                const REAL *a = lnt_element(from, i, first), *d = lnt_element(dy, i, first);       \
                REAL *to = lnt_element(dx, i, first);                                              \
                for (size_t j = 0; j < count; j++) {                                               \
                    const REAL along = g_dot != NULL ? g_dot[first + j] * d[j] : 0;                \
                    to[j] = (REAL) r[j] * ((g != NULL ? g[first + j] * a[j] : a[j]) + along);      \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
    }

KERNELS(f32, float)
KERNELS(f64, double)
#undef KERNELS

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
