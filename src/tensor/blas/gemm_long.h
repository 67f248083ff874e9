/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TENSOR_GEMM_LONG_H
#define LINNET_TENSOR_GEMM_LONG_H

#include <linnet/tensor.h>

/**
 * The most terms that one chain of additions in F32 may have, so that the error of a sum is that of
 * LNT_GEMM_LONG roundings at most; and that a BLAS may sum whose chains have the terms of a block,
 * or the sums of blocks.
 */
enum { LNT_GEMM_LONG = 16384, LNT_GEMM_LONG_BLOCKS = 128 * LNT_GEMM_LONG };

/**
 * The largest k of a product with C [m, n] that one call of BLAS may compute. In F64 there is no
 * limit but BLAS's own: the most roundings it can make lose less than F32 has.
 */
size_t lnt_gemm_longest(lnt_dtype dtype, size_t m, size_t n);

/**
 * C = alpha*A*B + beta*C for a long k, alpha not 0, all checked: k is cut into panels of at most
 * LNT_GEMM_LONG terms, each a call of BLAS, whose sums are added in double. In blocks of C on the
 * stack.
 */
void lnt_gemm_long(double alpha, const lnt_tensor *a, const lnt_tensor *b, double beta,
                   lnt_tensor *c);

#endif
