/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TENSOR_BLAS_GEMM_GENERAL_H
#define LINNET_TENSOR_BLAS_GEMM_GENERAL_H

#include <linnet/tensor.h>

/** `lnt_gemm` for any operands: checks them one by one, turns or packs them as they need. */
lnt_status lnt_gemm_general(double alpha, const lnt_tensor *a, const lnt_tensor *b, double beta,
                            lnt_tensor *c);

#endif
