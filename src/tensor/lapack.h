/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TENSOR_LAPACK_H
#define LINNET_TENSOR_LAPACK_H

#include <linnet/status.h>
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

#endif
