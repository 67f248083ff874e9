/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TENSOR_SYMMETRIC_H
#define LINNET_TENSOR_SYMMETRIC_H

#include <linnet/tensor.h>
#include <stdbool.h>

/**
 * Symmetric matrices [n, n] of one dtype, dense, of which the lower triangle is read and written
 * unless it is said otherwise. n is at most INT_MAX (`LNT_ERR_TOO_LARGE`); other errors as for
 * operations of tensors. Nothing is allocated.
 */

/** C = alpha·A·Aᵀ + beta·C, A [n, k] with rows or columns contiguous; with beta = 0 C is not read.
 */
lnt_status lnt_syrk(double alpha, const lnt_tensor *a, double beta, lnt_tensor *c);

/** The upper triangle becomes the lower one's mirror image. */
lnt_status lnt_mirror(lnt_tensor *c);

/** C = L·Lᵀ, in place; `*definite` is false, and C undefined, where there is none. */
lnt_status lnt_cholesky(lnt_tensor *c, bool *definite);

/** Solves L·Lᵀ·x = b for each row of B [m, n], dense, in place; L as `lnt_cholesky` leaves it. */
lnt_status lnt_cholesky_solve(const lnt_tensor *l, lnt_tensor *b);

/** L becomes the inverse of L·Lᵀ, both triangles. */
lnt_status lnt_cholesky_invert(lnt_tensor *l);

/** Elements of work that `lnt_eigen` and `lnt_orthonormalise` need, [n, n]; 0 if too large. */
size_t lnt_eigen_work(size_t n);

/**
 * C = Vᵀ·diag(values)·V: C becomes V, an eigenvector a row, `values` [n] of C's dtype ascend.
 * `work` has `lnt_eigen_work` elements of it, aligned as lnt_allocate aligns. `LNT_ERR_NONFINITE`
 * if it does not converge.
 */
lnt_status lnt_eigen(lnt_tensor *c, void *values, void *work);

/**
 * The rows of X [n, n], dense, become orthonormal, in their order: Q of the QR factorisation of Xᵀ,
 * transposed. `work` as for `lnt_eigen`.
 */
lnt_status lnt_orthonormalise(lnt_tensor *x, void *work);

#endif
