/* SPDX-License-Identifier: MIT */
#include "tensor/hadamard.h"

#define LOOPS(REAL, T)                                                                             \
    static void shifted_##T(size_t n, double shift_in, const void *a_data, const void *b_data,     \
                            bool add, void *y_data)                                                \
    {                                                                                              \
        const REAL *a = a_data, *b = b_data;                                                       \
        REAL *y = y_data;                                                                          \
        const REAL shift = (REAL) shift_in;                                                        \
        if (add) {                                                                                 \
            for (size_t i = 0; i < n; i++) {                                                       \
                y[i] += (a[i] + shift) * b[i];                                                     \
            }                                                                                      \
        } else {                                                                                   \
            for (size_t i = 0; i < n; i++) {                                                       \
                y[i] = (a[i] + shift) * b[i];                                                      \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static void add3_##T(size_t n, const void *a_data, const void *b_data, const void *c_data,     \
                         void *y_data)                                                             \
    {                                                                                              \
        const REAL *a = a_data, *b = b_data, *c = c_data;                                          \
        REAL *restrict y = y_data;                                                                 \
        for (size_t i = 0; i < n; i++) {                                                           \
            y[i] += a[i] * b[i] * c[i];                                                            \
        }                                                                                          \
    }

LOOPS(float, f32)
LOOPS(double, f64)
#undef LOOPS

void lnt_hadamard_shifted(lnt_dtype dtype, size_t n, double shift, const void *a, const void *b,
                          bool add, void *c)
{
    (dtype == LNT_F32 ? shifted_f32 : shifted_f64)(n, shift, a, b, add, c);
}

void lnt_hadamard(lnt_dtype dtype, size_t n, const void *a, const void *b, bool add, void *y)
{
    lnt_hadamard_shifted(dtype, n, 0, a, b, add, y);
}

void lnt_hadamard_add3(lnt_dtype dtype, size_t n, const void *a, const void *b, const void *c,
                       void *y)
{
    (dtype == LNT_F32 ? add3_f32 : add3_f64)(n, a, b, c, y);
}
