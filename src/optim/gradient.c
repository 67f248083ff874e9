/* SPDX-License-Identifier: MIT */
#include "optim/gradient.h"

#include <stdbool.h>

enum { LANES = 8 };

#define KERNELS(suffix, REAL)                                                                      \
    static void gather_##suffix(size_t n, double factor, void *g_data, void *sum_data, bool last)  \
    {                                                                                              \
        const REAL f = (REAL) factor;                                                              \
        REAL *restrict g = g_data;                                                                 \
        REAL *restrict sum = sum_data;                                                             \
        for (size_t i = 0; i < n; i++) {                                                           \
            const REAL total = sum[i] + g[i];                                                      \
            g[i] = f * total;                                                                      \
            sum[i] = last ? 0 : total;                                                             \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static void clamp_##suffix(size_t n, double limit, void *g_data)                               \
    {                                                                                              \
        const REAL most = (REAL) limit;                                                            \
        REAL *g = g_data;                                                                          \
        for (size_t i = 0; i < n; i++) {                                                           \
            const REAL low = g[i] < -most ? -most : g[i];                                          \
            g[i] = low > most ? most : low;                                                        \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static void scale_##suffix(size_t n, double factor, void *g_data)                              \
    {                                                                                              \
        const REAL f = (REAL) factor;                                                              \
        REAL *g = g_data;                                                                          \
        for (size_t i = 0; i < n; i++) {                                                           \
            g[i] *= f;                                                                             \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static double sum_squares_##suffix(size_t n, const void *g_data)                               \
    {                                                                                              \
        const REAL *g = g_data;                                                                    \
        double sum = 0, lane[LANES] = {0};                                                         \
        for (; n >= LANES; n -= LANES, g += LANES) {                                               \
            for (size_t l = 0; l < LANES; l++) {                                                   \
                lane[l] += (double) g[l] * (double) g[l];                                          \
            }                                                                                      \
        }                                                                                          \
        for (size_t l = 0; l < LANES; l++) {                                                       \
            sum += lane[l];                                                                        \
        }                                                                                          \
        for (size_t i = 0; i < n; i++) {                                                           \
            sum += (double) g[i] * (double) g[i];                                                  \
        }                                                                                          \
        return sum;                                                                                \
    }                                                                                              \
                                                                                                   \
    static void penalise_##suffix(size_t n, double l1_value, double l2_value, const void *w_data,  \
                                  void *g_data)                                                    \
    {                                                                                              \
        const REAL l1 = (REAL) l1_value, l2 = (REAL) l2_value;                                     \
        const REAL *restrict w = w_data;                                                           \
        REAL *restrict g = g_data;                                                                 \
        for (size_t i = 0; i < n; i++) {                                                           \
            const REAL sign = (REAL) ((w[i] > 0) - (w[i] < 0));                                    \
            g[i] += l2 * w[i] + l1 * sign;                                                         \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static void average_##suffix(size_t n, double decay, const void *w_data, void *a_data)         \
    {                                                                                              \
        const REAL keep = (REAL) decay, take = (REAL) (1 - decay);                                 \
        const REAL *restrict w = w_data;                                                           \
        REAL *restrict a = a_data;                                                                 \
        for (size_t i = 0; i < n; i++) {                                                           \
            a[i] = keep * a[i] + take * w[i];                                                      \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static void swap_##suffix(size_t n, void *a_data, void *b_data)                                \
    {                                                                                              \
        REAL *restrict a = a_data;                                                                 \
        REAL *restrict b = b_data;                                                                 \
        for (size_t i = 0; i < n; i++) {                                                           \
            const REAL kept = a[i];                                                                \
            a[i] = b[i];                                                                           \
            b[i] = kept;                                                                           \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static const lnt_gradient_kernels kernels_##suffix = {                                         \
        gather_##suffix,   clamp_##suffix,   scale_##suffix, sum_squares_##suffix,                 \
        penalise_##suffix, average_##suffix, swap_##suffix};

KERNELS(f32, float)
KERNELS(f64, double)
#undef KERNELS

const lnt_gradient_kernels *lnt_gradient_kernels_of(lnt_dtype dtype)
{
    return dtype == LNT_F32 ? &kernels_f32 : &kernels_f64;
}
