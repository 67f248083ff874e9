/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TENSOR_LAPACK_H
#define LINNET_TENSOR_LAPACK_H

#include <linnet/tensor.h>
#include <stdbool.h>
#include <stddef.h>

/** LAPACK's version in three parts. */
void lnt_lapack_version(int version[3]);

/**
 * Householder QR of a [rows, cols], by columns, rows ≥ cols, neither above INT_MAX: R and the
 * reflectors in place, their factors in tau [cols]. Fails only without memory, which LAPACKE takes.
 */
lnt_status lnt_lapack_geqrf(size_t rows, size_t cols, double *a, double *tau);

/** The first `cols` columns of its Q, in place. */
lnt_status lnt_lapack_orgqr(size_t rows, size_t cols, double *a, const double *tau);

/*
 * Square matrices [n, n] of a dtype by rows, dense, n ≤ INT_MAX, whose lower triangle counts: the
 * upper one to LAPACK, which goes by columns. Right-hand sides are rows of B [m, n]. Nothing is
 * checked for NaN, nothing allocated.
 */

/** C = L·Lᵀ in place; `*definite` is false where there is none. */
lnt_status lnt_lapack_potrf(lnt_dtype dtype, size_t n, void *c, bool *definite);

/** Each row b of B becomes the solution of L·Lᵀ·x = b. */
lnt_status lnt_lapack_potrs(lnt_dtype dtype, size_t n, const void *l, size_t m, void *b);

/** L becomes the lower triangle of (L·Lᵀ)⁻¹. */
lnt_status lnt_lapack_potri(lnt_dtype dtype, size_t n, void *l);

/** Elements of work for the two below; 0 if they cannot be counted. */
size_t lnt_lapack_work(size_t n);

/** Eigenvalues, ascending, and an eigenvector in each row of C. */
lnt_status lnt_lapack_syevd(lnt_dtype dtype, size_t n, void *c, void *values, void *work);

/** Rows of X become orthonormal, by Householder's QR of its columns as LAPACK sees them. */
lnt_status lnt_lapack_orthonormalise(lnt_dtype dtype, size_t n, void *x, void *work);

#endif
