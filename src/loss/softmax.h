/* SPDX-License-Identifier: MIT */
#ifndef LINNET_LOSS_SOFTMAX_H
#define LINNET_LOSS_SOFTMAX_H

#include <stddef.h>

/** The largest of n ≥ 1 numbers; NaN if one is. */
#define LNT_LARGEST_(name, REAL)                                                                   \
    static inline REAL name(size_t n, const REAL *x, ptrdiff_t step)                               \
    {                                                                                              \
        REAL largest = *x;                                                                         \
        for (size_t j = 1; j < n; j++) {                                                           \
            const REAL next = x[(ptrdiff_t) j * step];                                             \
            largest = next > largest || next != next ? next : largest;                             \
        }                                                                                          \
        return largest;                                                                            \
    }

LNT_LARGEST_(lnt_largest_f32, float)
LNT_LARGEST_(lnt_largest_f64, double)
#undef LNT_LARGEST_

#endif
