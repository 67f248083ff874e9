/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TENSOR_GEMM_LONG_H
#define LINNET_TENSOR_GEMM_LONG_H

#include <linnet/tensor.h>

/** The largest k of a product that is one call of BLAS. */
enum { LNT_GEMM_LONG = 16384 };

/**
 * C = alpha*A*B + beta*C for k > LNT_GEMM_LONG, alpha not 0, all checked: k is cut into panels of
 * at most LNT_GEMM_LONG terms, each a call of BLAS, whose sums are added in double. In blocks of C
 * on the stack.
 */
void lnt_gemm_long(double alpha, const lnt_tensor *a, const lnt_tensor *b, double beta,
                   lnt_tensor *c);

#endif
