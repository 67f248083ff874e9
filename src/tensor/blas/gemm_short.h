/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TENSOR_BLAS_GEMM_SHORT_H
#define LINNET_TENSOR_BLAS_GEMM_SHORT_H

#include <linnet/tensor.h>
#include <stdbool.h>

/**
 * Products whose inner extent one call of BLAS may sum, for any strides. Operands are checked and
 * not empty; alpha is not 0. An operand that BLAS cannot address is packed in blocks on the stack.
 */

/** C = alpha·A·B + beta·C. */
void lnt_gemm_short(double alpha, const lnt_tensor *a, const lnt_tensor *b, double beta,
                    lnt_tensor *c);

/** y = alpha·A·x + beta·y, with x [k, 1] and y [m, 1]. */
void lnt_gemv_short(double alpha, const lnt_tensor *a, const lnt_tensor *x, double beta,
                    lnt_tensor *y);

/** Whether BLAS can address all operands without packing. */
bool lnt_gemm_is_direct(const lnt_tensor *a, const lnt_tensor *b, const lnt_tensor *c);

#endif
