/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TENSOR_KERNELS_H
#define LINNET_TENSOR_KERNELS_H

#include <linnet/tensor.h>
#include <stdbool.h>

/**
 * The leaf loops of one precision, over `n` elements with a stride each; nothing is checked.
 * `kernels.inc` is instantiated for float and for double.
 */
typedef struct lnt_kernels {
    void (*axpy)(size_t n, double alpha, const void *x, ptrdiff_t x_step, void *y,
                 ptrdiff_t y_step);
    /** x = alpha·x, and zero for alpha = 0. */
    void (*scale)(size_t n, double alpha, void *x, ptrdiff_t step);
    void (*fill)(size_t n, double value, void *x, ptrdiff_t step);
    void (*apply)(size_t n, lnt_elementwise_function f, void *context, const void *x,
                  ptrdiff_t x_step, void *y, ptrdiff_t y_step);
    /** s = Σ_i x[i, :] + beta·s for a [rows, cols], summed pairwise. */
    void (*sum_rows)(size_t rows, size_t cols, const void *x, ptrdiff_t row_step,
                     ptrdiff_t col_step, double beta, void *s, ptrdiff_t s_step);
    size_t (*argmax)(size_t n, const void *x, ptrdiff_t step);
    double (*dot)(size_t n, const void *x, ptrdiff_t x_step, const void *y, ptrdiff_t y_step);
    double (*sum_abs)(size_t n, const void *x, ptrdiff_t step);
    /** Σ (factor·x)². */
    double (*sum_squares)(size_t n, double factor, const void *x, ptrdiff_t step);
    double (*max_abs)(size_t n, const void *x, ptrdiff_t step);
    /** Index of the first element that is infinite or NaN; n if there is none. */
    size_t (*find_not_finite)(size_t n, const void *x, ptrdiff_t step);
} lnt_kernels;

/** The kernels of F32 or F64. */
const lnt_kernels *lnt_kernels_of(lnt_dtype dtype);

/**
 * Turns the views of an element-wise operation, all of one shape, so that rows are long and, where
 * possible, contiguous: transposes them all, and joins rows that follow one another without a gap.
 */
void lnt_flatten(lnt_tensor *views[], size_t count);

#endif
