/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TENSOR_BLAS_H
#define LINNET_TENSOR_BLAS_H

#include <linnet/tensor.h>
#include <stdbool.h>

/** A matrix as BLAS takes it, row-major with a leading dimension, or the transpose of one. */
typedef struct lnt_blas_matrix {
    void *data;
    int ld;
    bool transposed;
} lnt_blas_matrix;

/** C = alpha·A·B + beta·C with C [m, n] row-major, k > 0, alpha not 0; all bounds checked before.
 */
void lnt_blas_gemm(lnt_dtype dtype, int m, int n, int k, double alpha, lnt_blas_matrix a,
                   lnt_blas_matrix b, double beta, lnt_blas_matrix c);

/** A tensor as BLAS takes it, by rows or as the transpose of rows; false where it has other
 * strides.
 */
bool lnt_blas_form(const lnt_tensor *t, lnt_blas_matrix *matrix);

/** y = alpha·A·x + beta·y with A [m, n]; increments in BLAS's sense, lowest address first. */
void lnt_blas_gemv(lnt_dtype dtype, int m, int n, double alpha, lnt_blas_matrix a, const void *x,
                   int x_step, double beta, void *y, int y_step);

/**
 * The lower triangle of C = alpha·A·Aᵀ + beta·C, row-major with leading dimension `ldc`, A [n, k],
 * k > 0, alpha not 0; the upper one is left alone.
 */
void lnt_blas_syrk(lnt_dtype dtype, int n, int k, double alpha, lnt_blas_matrix a, double beta,
                   void *c, int ldc);

/** `lnt_gemm` by BLAS, however small; for any operands that `lnt_gemm` takes. */
lnt_status lnt_blas_product(double alpha, const lnt_tensor *a, const lnt_tensor *b, double beta,
                            lnt_tensor *c);

/** Of the BLAS that is loaded: "openblas", "blis", …; what it says of itself; its kernels. */
const char *lnt_blas_name(void);
const char *lnt_blas_config(void);
const char *lnt_blas_core(void);

/**
 * Whether products of matrices are known to sum blocks of 128 terms or more, and then the blocks,
 * as OpenBLAS, MKL and BLIS do. Products by a vector are not meant.
 */
bool lnt_blas_sums_blocks(void);

/** Threads BLAS would use now; 0 where it does not tell. */
int lnt_blas_threads(void);

#endif
