/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TENSOR_H
#define LINNET_TENSOR_H

#include <linnet/dtype.h>
#include <linnet/export.h>
#include <linnet/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

LNT_BEGIN_DECLS

/**
 * A matrix [rows, cols] over memory that somebody else owns: element (i, j) lies at
 * `data + i * row_stride + j * col_stride`, strides counted in elements. Strides may be negative,
 * and zero in a tensor that is only read. `data` is aligned as its
 * elements are. A Fortran array x(cols, rows) is a dense [rows, cols] as it stands. A plain value:
 * copy it, keep it, let it go.
 *
 * Conventions of all operations below, unless their comment says otherwise:
 * - Inputs are `const lnt_tensor *` and their elements are not written; the last tensor argument is
 *   the output. All tensors have one dtype, `LNT_F32` or `LNT_F64`, else `LNT_ERR_DTYPE`.
 * - Outputs must not overlap an input or themselves, else `LNT_ERR_ALIAS`; an element-wise output
 *   may be exactly an input (same data and strides). Overlap is exact for equal strides; views
 *   with different strides whose address ranges meet count as overlapping.
 * - Shapes must fit, else `LNT_ERR_SHAPE`; extents of zero are legal and make an operation empty.
 * - NULL gives `LNT_ERR_NULL`, as does `data == NULL` in a tensor that has elements.
 * - Nothing is allocated. On error the output is untouched. Thread-safe as long as no other thread
 *   writes the inputs or touches the output.
 */
typedef struct lnt_tensor {
    void *data;
    size_t rows;
    size_t cols;
    ptrdiff_t row_stride;
    ptrdiff_t col_stride;
    lnt_dtype dtype;
} lnt_tensor;

/* --- views: free of cost, no element is read --- */

/** A row-major [rows, cols] over `data`, dense. */
LNT_API lnt_tensor lnt_tensor_f32(float *data, size_t rows, size_t cols);
LNT_API lnt_tensor lnt_tensor_f64(double *data, size_t rows, size_t cols);
LNT_API lnt_tensor lnt_tensor_i32(int32_t *data, size_t rows, size_t cols);

/** A dense row-major [rows, cols] of the given dtype. */
LNT_API lnt_tensor lnt_tensor_view(lnt_dtype dtype, void *data, size_t rows, size_t cols);

/** The same over memory that may only be read: pass it only as a `const lnt_tensor *`. */
LNT_API lnt_tensor lnt_tensor_const_view(lnt_dtype dtype, const void *data, size_t rows,
                                         size_t cols);

/** [rows, cols] with any strides, such as Fortran's (1, rows). */
LNT_API lnt_tensor lnt_tensor_strided(lnt_dtype dtype, void *data, size_t rows, size_t cols,
                                      ptrdiff_t row_stride, ptrdiff_t col_stride);

/** [cols, rows]: element (i, j) is `t`'s (j, i). */
LNT_API lnt_tensor lnt_transpose(const lnt_tensor *t);

/** The rows, or the columns, in reverse order. */
LNT_API lnt_tensor lnt_reverse_rows(const lnt_tensor *t);
LNT_API lnt_tensor lnt_reverse_cols(const lnt_tensor *t);

/**
 * Rows `first, first + step, …`, `count` of them: [count, cols]. `LNT_ERR_SHAPE` if the last one
 * lies outside, `LNT_ERR_INVALID` if `step` is 0 and `count` above 1. `view` may be `t`.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_slice_rows(const lnt_tensor *t, size_t first, size_t count,
                                                 size_t step, lnt_tensor *view);

/** Columns `first, first + step, …`, `count` of them: [rows, count]. Errors as for rows. */
LNT_API LNT_MUST_CHECK lnt_status lnt_slice_cols(const lnt_tensor *t, size_t first, size_t count,
                                                 size_t step, lnt_tensor *view);

/** Address of element (i, j), which must lie inside. */
LNT_API void *lnt_tensor_ptr(const lnt_tensor *t, size_t i, size_t j);

/** Value of element (i, j) as a double; NaN if it lies outside or the tensor is unset. */
LNT_API double lnt_tensor_get(const lnt_tensor *t, size_t i, size_t j);

/** Sets element (i, j), converted as by `lnt_copy`; `LNT_ERR_SHAPE` if it lies outside. */
LNT_API LNT_MUST_CHECK lnt_status lnt_tensor_set(const lnt_tensor *t, size_t i, size_t j,
                                                 double value);

/**
 * The check of overlap that all operations make, for a function that writes tensors part by part:
 * `LNT_ERR_ALIAS` if one of the `n` outputs overlaps itself, another output or `input`; with
 * `in_place`, an output may be exactly the input. `input`, and any output, may be NULL: it is not
 * there. Also `LNT_ERR_NULL`, `LNT_ERR_DTYPE` and `LNT_ERR_TOO_LARGE` for a tensor that is not
 * valid. No element is read. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_check_overlap(const lnt_tensor *input,
                                                    const lnt_tensor *const *outputs, size_t n,
                                                    bool in_place);

/* --- products --- */

/**
 * C = alpha·A·B + beta·C with A [m, k], B [k, n], C [m, n].
 *
 * Small products, of at most 2^18 multiplications, with alpha = 1 and beta = 0 or 1, go to kernels
 * of the library's own where these are quicker. All else is one CBLAS call when rows or columns of
 * each operand are contiguous, whatever the mixture (of C too); operands with other strides go
 * through a bounded buffer on the stack (at most 96 KiB) in blocks, each one CBLAS call. In
 * F32 the error of a sum is bounded by 16,384 roundings, for any k: above that k, C is computed in
 * blocks (another 64 KiB), panel by panel of k, and the sums of panels are added in double.
 * OpenBLAS, MKL and BLIS sum matrices of 64 elements or more in blocks themselves, so that one call
 * takes up to 2^21 terms. F64 takes one call. With beta = 0, C is not read (its NaNs vanish); with
 * alpha = 0, or k = 0, A and B are not read. Extents above INT_MAX give `LNT_ERR_TOO_LARGE`. Runs
 * on as many threads as BLAS is set to; the result's bits depend on that, on the shapes and on
 * BLAS's core type.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_gemm(double alpha, const lnt_tensor *a, const lnt_tensor *b,
                                           double beta, lnt_tensor *c);

/**
 * y = alpha·A·x + beta·y with A [m, n], x [n, 1] or [1, n], y [m, 1] or [1, m]; the orientation of
 * the vectors does not matter. Otherwise as `lnt_gemm`; vectors may have any non-zero stride.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_gemv(double alpha, const lnt_tensor *a, const lnt_tensor *x,
                                           double beta, lnt_tensor *y);

/* --- element-wise --- */

/** Y = alpha·X + Y, both [rows, cols]. alpha = 0 leaves Y alone. */
LNT_API LNT_MUST_CHECK lnt_status lnt_axpy(double alpha, const lnt_tensor *x, lnt_tensor *y);

/** X = alpha·X. alpha = 0 gives zeros even where X is NaN. */
LNT_API LNT_MUST_CHECK lnt_status lnt_scale(double alpha, lnt_tensor *x);

/**
 * Y = X, converting between any two dtypes: rounded to nearest for F32, towards zero for I32, where
 * a value that does not fit is `LNT_ERR_INVALID`.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_copy(const lnt_tensor *x, lnt_tensor *y);

/** Every element of X becomes `value`, rounded to the dtype. */
LNT_API LNT_MUST_CHECK lnt_status lnt_fill(double value, lnt_tensor *x);

/** Row i of Y becomes row `index[i]` of X: X [n, cols], Y [count, cols], of one dtype, any. */
LNT_API LNT_MUST_CHECK lnt_status lnt_gather_rows(const lnt_tensor *x, const size_t *index,
                                                  lnt_tensor *y);

/**
 * A function for `lnt_apply`; `context` is passed through. It may leave by longjmp or an exception:
 * some elements of Y are written then, and nothing leaks.
 */
typedef double (*lnt_elementwise_function)(double x, void *context);

/** Y = f(X) element by element, in double whatever the dtype. Y may be X. */
LNT_API LNT_MUST_CHECK lnt_status lnt_apply(lnt_elementwise_function f, void *context,
                                            const lnt_tensor *x, lnt_tensor *y);

/* --- rows --- */

/** Y[i, j] = Y[i, j] + b[0, j]: the bias, b [1, cols], added to each row of Y [rows, cols]. */
LNT_API LNT_MUST_CHECK lnt_status lnt_add_bias(const lnt_tensor *b, lnt_tensor *y);

/** s[0, j] = Σ_i X[i, j] + beta·s[0, j]: the bias gradient, X [rows, cols], s [1, cols]. */
LNT_API LNT_MUST_CHECK lnt_status lnt_column_sums(const lnt_tensor *x, double beta, lnt_tensor *s);

/**
 * index[i] = the first column where row i of X [rows, cols] is largest; NaN counts as largest.
 * `LNT_ERR_SHAPE` if there are rows but no columns.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_row_argmax(const lnt_tensor *x, size_t *index);

/* --- reductions --- */

/** *value = Σ_ij X[i, j]·Y[i, j], accumulated in double. */
LNT_API LNT_MUST_CHECK lnt_status lnt_dot(const lnt_tensor *x, const lnt_tensor *y, double *value);

typedef enum lnt_norm_kind {
    LNT_NORM_L1, /**< Σ |x| */
    LNT_NORM_L2, /**< √Σ x², without overflow or underflow on the way */
    LNT_NORM_MAX /**< max |x|; NaN if any element is NaN */
} lnt_norm_kind;

/** *value = a norm of all elements of X, accumulated in double; 0 if there are none. */
LNT_API LNT_MUST_CHECK lnt_status lnt_norm(lnt_norm_kind kind, const lnt_tensor *x, double *value);

/** *finite = no element of X is infinite or NaN; if false and the pointers are set, the first. */
LNT_API LNT_MUST_CHECK lnt_status lnt_all_finite(const lnt_tensor *x, bool *finite, size_t *row,
                                                 size_t *col);

LNT_END_DECLS

#endif
