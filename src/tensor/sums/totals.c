/* SPDX-License-Identifier: MIT */
#include "tensor/sums/totals.h"

#define TOTALS(suffix, REAL)                                                                       \
    static void add_##suffix(size_t n, const void *x_data, bool first, double *restrict totals)    \
    {                                                                                              \
        const REAL *restrict x = x_data;                                                           \
        for (size_t i = 0; i < n; i++) {                                                           \
            totals[i] = (first ? 0 : totals[i]) + (double) x[i];                                   \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static void store_##suffix(size_t n, const double *restrict totals, bool add, void *y_data)    \
    {                                                                                              \
        REAL *restrict y = y_data;                                                                 \
        for (size_t i = 0; i < n; i++) {                                                           \
            y[i] = (REAL) (add ? (double) y[i] + totals[i] : totals[i]);                           \
        }                                                                                          \
    }

TOTALS(f32, float)
TOTALS(f64, double)
#undef TOTALS

void lnt_totals_add(lnt_dtype dtype, size_t n, const void *x, bool first, double *totals)
{
    (dtype == LNT_F32 ? add_f32 : add_f64)(n, x, first, totals);
}

void lnt_totals_store(lnt_dtype dtype, size_t n, const double *totals, bool add, void *y)
{
    (dtype == LNT_F32 ? store_f32 : store_f64)(n, totals, add, y);
}
