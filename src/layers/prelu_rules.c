/* SPDX-License-Identifier: MIT */
#include "layers/layer.h"

/* Of y = k∘x, k = 1 where x > 0, else a, with slopes a by columns. */

enum { COLUMNS = 64 };

/* dx = k∘dy, or along the direction k∘(dy)˙ + k˙∘dy: also ẏ, from ẋ and x in place of dy. */
#define KERNELS(suffix, REAL)                                                                      \
    static void map_##suffix(const lnt_tensor *x, const void *a_data, const void *a_dot_data,      \
                             const lnt_tensor *moving, const lnt_tensor *fixed, lnt_tensor *y)     \
    {                                                                                              \
        const REAL *a = a_data, *a_dot = a_dot_data;                                               \
        for (size_t i = 0; i < y->rows; i++) {                                                     \
            for (size_t j = 0; j < y->cols; j++) {                                                 \
                const bool left = !(*(const REAL *) lnt_element(x, i, j) > 0);                     \
                REAL sum = 0;                                                                      \
                if (moving != NULL) {                                                              \
                    sum = (left ? a[j] : 1) * *(const REAL *) lnt_element(moving, i, j);           \
                }                                                                                  \
                if (a_dot != NULL && left) {                                                       \
                    sum += a_dot[j] * *(const REAL *) lnt_element(fixed, i, j);                    \
                }                                                                                  \
                *(REAL *) lnt_element(y, i, j) = sum;                                              \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    /* da = Σ_rows min(x, 0)∘dy, or Σ_rows, where x ≤ 0, x∘(dy)˙ + ẋ∘dy. */           \
    static void sum_##suffix(const lnt_tensor *x, const lnt_tensor *dy, const lnt_tensor *x_dot,   \
                             const lnt_tensor *dy_fixed, void *da_data)                            \
    {                                                                                              \
        for (size_t first = 0; first < x->cols; first += COLUMNS) {                                \
            const size_t count = x->cols - first < COLUMNS ? x->cols - first : COLUMNS;            \
            double sum[COLUMNS] = {0};                                                             \
            for (size_t i = 0; i < x->rows; i++) {                                                 \
                for (size_t j = 0; j < count; j++) {                                               \
                    const REAL z = *(const REAL *) lnt_element(x, i, first + j);                   \
                    if (z > 0) {                                                                   \
                        continue;                                                                  \
                    }                                                                              \
                    sum[j] += (double) z * (double) *(const REAL *) lnt_element(dy, i, first + j); \
                    if (x_dot != NULL) {                                                           \
                        sum[j] += (double) *(const REAL *) lnt_element(x_dot, i, first + j) *      \
                                  (double) *(const REAL *) lnt_element(dy_fixed, i, first + j);    \
                    }                                                                              \
                }                                                                                  \
            }                                                                                      \
            for (size_t j = 0; j < count; j++) {                                                   \
                ((REAL *) da_data)[first + j] = (REAL) sum[j];                                     \
            }                                                                                      \
        }                                                                                          \
    }

KERNELS(f32, float)
KERNELS(f64, double)
#undef KERNELS

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
