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

#define KERNELS(suffix, REAL)                                                                      \
    static void push_##suffix(bool centered, const lnt_tensor *x_dot, const lnt_tensor *cache,     \
                              lnt_tensor *cache_dot)                                               \
    {                                                                                              \
        const size_t cols = x_dot->cols;                                                           \
        const ptrdiff_t step = x_dot->col_stride;                                                  \
        for (size_t i = 0; i < x_dot->rows; i++) {                                                 \
            const REAL *x = lnt_element(x_dot, i, 0), *n = lnt_element(cache, i, 0);               \
            REAL *n_dot = lnt_element(cache_dot, i, 0);                                            \
            const double s = (double) n[cols];                                                     \
            moments m = {0, 0};                                                                    \
            for (size_t j = 0; j < cols; j++) {                                                    \
                m.mean += centered ? (double) x[(ptrdiff_t) j * step] : 0;                         \
                m.along += (double) x[(ptrdiff_t) j * step] * (double) n[j];                       \
            }                                                                                      \
            m.mean /= (double) cols;                                                               \
            m.along /= (double) cols;                                                              \
            for (size_t j = 0; j < cols; j++) {                                                    \
                const double value = (double) x[(ptrdiff_t) j * step];                             \
                n_dot[j] = (REAL) (s * (value - m.mean - (double) n[j] * m.along));                \
            }                                                                                      \
            n_dot[cols] = (REAL) (s * m.along);                                                    \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    /* Element j of d, and of ḋ. */                                                              \
    static inline double d_##suffix(const REAL *g, const REAL *dy, size_t j)                       \
    {                                                                                              \
        return (double) (g != NULL ? g[j] * dy[j] : dy[j]);                                        \
    }                                                                                              \
                                                                                                   \
    static inline double d_dot_##suffix(const REAL *g, const REAL *g_dot, const REAL *dy,          \
                                        const REAL *dy_dot, size_t j)                              \
    {                                                                                              \
        return d_##suffix(g, dy_dot, j) + (g_dot != NULL ? (double) (g_dot[j] * dy[j]) : 0);       \
    }                                                                                              \
                                                                                                   \
    static moments moments_##suffix(bool centered, size_t cols, const REAL *g, const REAL *n,      \
                                    const REAL *dy)                                                \
    {                                                                                              \
        moments m = {0, 0};                                                                        \
        for (size_t j = 0; j < cols; j++) {                                                        \
            const double d = d_##suffix(g, dy, j);                                                 \
            m.mean += centered ? d : 0;                                                            \
            m.along += d * (double) n[j];                                                          \
        }                                                                                          \
        return (moments){m.mean / (double) cols, m.along / (double) cols};                         \
    }                                                                                              \
                                                                                                   \
    static void pull_##suffix(bool centered, const lnt_layer_pull *q, const void *g_data,          \
                              const lnt_tensor *cache)                                             \
    {                                                                                              \
        const REAL *g = g_data;                                                                    \
        const size_t cols = q->dy.cols;                                                            \
        for (size_t i = 0; i < q->dy.rows; i++) {                                                  \
            const REAL *n = lnt_element(cache, i, 0), *dy = lnt_element(&q->dy, i, 0);             \
            REAL *dx = lnt_element(q->dx, i, 0);                                                   \
            const moments m = moments_##suffix(centered, cols, g, n, dy);                          \
            for (size_t j = 0; j < cols; j++) {                                                    \
                const double d = d_##suffix(g, dy, j);                                             \
                dx[j] = (REAL) ((double) n[cols] * (d - m.mean - (double) n[j] * m.along));        \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static void pull_along_##suffix(bool centered, const lnt_layer_pull *q, const void *g_data,    \
                                    const void *g_dot_data, const lnt_tensor *cache)               \
    {                                                                                              \
        const REAL *g = g_data, *g_dot = g_dot_data;                                               \
        const size_t cols = q->dy.cols;                                                            \
        for (size_t i = 0; i < q->dy.rows; i++) {                                                  \
            const REAL *n = lnt_element(cache, i, 0), *dy = lnt_element(&q->dy, i, 0);             \
            const REAL *n_dot = lnt_element(&q->along->cache, i, 0);                               \
            const REAL *dy_dot = lnt_element(&q->dy_dot, i, 0);                                    \
            REAL *dx_dot = lnt_element(q->dx_dot, i, 0);                                           \
            const double s = (double) n[cols], decay = (double) n_dot[cols];                       \
            const moments m = moments_##suffix(centered, cols, g, n, dy);                          \
            moments change = {0, 0};                                                               \
            for (size_t j = 0; j < cols; j++) {                                                    \
                const double d = d_##suffix(g, dy, j);                                             \
                const double d_dot = d_dot_##suffix(g, g_dot, dy, dy_dot, j);                      \
                change.mean += centered ? d_dot : 0;                                               \
                change.along += d_dot * (double) n[j] + d * (double) n_dot[j];                     \
            }                                                                                      \
            change.mean /= (double) cols;                                                          \
            change.along /= (double) cols;                                                         \
            for (size_t j = 0; j < cols; j++) {                                                    \
                const double d = d_##suffix(g, dy, j);                                             \
                const double d_dot = d_dot_##suffix(g, g_dot, dy, dy_dot, j);                      \
                const double moved = d_dot - change.mean - (double) n_dot[j] * m.along -           \
                                     (double) n[j] * change.along;                                 \
                const double kept = d - m.mean - (double) n[j] * m.along;                          \
                dx_dot[j] = (REAL) (s * (moved - decay * kept));                                   \
            }                                                                                      \
        }                                                                                          \
    }

KERNELS(f32, float)
KERNELS(f64, double)
#undef KERNELS

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

#define RULES(name, centered)                                                                      \
    static lnt_status name##_push(const lnt_layer *layer, const lnt_layer_point *p,                \
                                  lnt_layer_tangent *t)                                            \
    {                                                                                              \
        return push(centered, layer, p, t);                                                        \
    }                                                                                              \
                                                                                                   \
    static lnt_status name##_pull(const lnt_layer *layer, const lnt_layer_point *p,                \
                                  lnt_layer_pull *q)                                               \
    {                                                                                              \
        return pull(centered, layer, p, q);                                                        \
    }                                                                                              \
                                                                                                   \
    const lnt_layer_rules lnt_##name##_rules = {point, name##_push, name##_pull};

RULES(layer_norm, true)
RULES(rms_norm, false)
