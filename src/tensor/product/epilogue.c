/* SPDX-License-Identifier: MIT */
#include "tensor/product/product.h"

/* What the kernels do to a tile in registers. */
#define FINISH(name, REAL)                                                                         \
    static void name(const lnt_product *p)                                                         \
    {                                                                                              \
        const REAL *bias = p->bias;                                                                \
        for (size_t i = 0; i < p->m; i++) {                                                        \
            REAL *c = (REAL *) p->c + (ptrdiff_t) i * p->c_row;                                    \
            const REAL *y = p->y != NULL ? (const REAL *) p->y + (ptrdiff_t) i * p->y_row : NULL;  \
            for (size_t j = 0; bias != NULL && j < p->n; j++) {                                    \
                c[j] += bias[j];                                                                   \
            }                                                                                      \
            switch (p->finish) {                                                                   \
            case LNT_FINISH_RELU:                                                                  \
                for (size_t j = 0; j < p->n; j++) {                                                \
                    c[j] = c[j] < 0 ? 0 : c[j];                                                    \
                }                                                                                  \
                break;                                                                             \
            case LNT_FINISH_RELU_SLOPE:                                                            \
                for (size_t j = 0; j < p->n; j++) {                                                \
                    c[j] = y[j] <= 0 ? 0 : c[j];                                                   \
                }                                                                                  \
                break;                                                                             \
            case LNT_FINISH_TANH_SLOPE:                                                            \
                for (size_t j = 0; j < p->n; j++) {                                                \
                    c[j] *= 1 - y[j] * y[j];                                                       \
                }                                                                                  \
                break;                                                                             \
            case LNT_FINISH_SIGMOID_SLOPE:                                                         \
                for (size_t j = 0; j < p->n; j++) {                                                \
                    c[j] *= y[j] * (1 - y[j]);                                                     \
                }                                                                                  \
                break;                                                                             \
            default:                                                                               \
                break;                                                                             \
            }                                                                                      \
        }                                                                                          \
    }

FINISH(finish_f32, float)
FINISH(finish_f64, double)
#undef FINISH

void lnt_product_finish(const lnt_product *p)
{
    if (p->bias != NULL || p->finish != LNT_FINISH_NONE) {
        (p->dtype == LNT_F32 ? finish_f32 : finish_f64)(p);
    }
}
