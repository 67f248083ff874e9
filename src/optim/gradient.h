/* SPDX-License-Identifier: MIT */
#ifndef LINNET_OPTIM_GRADIENT_H
#define LINNET_OPTIM_GRADIENT_H

#include <linnet/tensor.h>

/** What happens to a gradient before a method uses it: leaf loops over `n` dense elements. */
typedef struct lnt_gradient_kernels {
    /** sum += g; g = sum·factor; if `last`, sum = 0. */
    void (*gather)(size_t n, double factor, void *g, void *sum, bool last);
    /** Holds g within ±limit; NaN stays. */
    void (*clamp)(size_t n, double limit, void *g);
    void (*scale)(size_t n, double factor, void *g);
    /** Σ g², in double. */
    double (*sum_squares)(size_t n, const void *g);
    /** g += l1·sign(w) + l2·w. */
    void (*penalise)(size_t n, double l1, double l2, const void *w, void *g);
    /** a = decay·a + (1 − decay)·w. */
    void (*average)(size_t n, double decay, const void *w, void *a);
    void (*swap)(size_t n, void *a, void *b);
} lnt_gradient_kernels;

const lnt_gradient_kernels *lnt_gradient_kernels_of(lnt_dtype dtype);

#endif
