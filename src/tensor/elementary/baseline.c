/* SPDX-License-Identifier: MIT */
/* What the compiler's flags allow: SSE2 on x86-64. */
#define TARGET
#define VARIANT baseline
#ifdef __FP_FAST_FMAF
#define FMA_F32 fmaf
#endif
#ifdef __FP_FAST_FMA
#define FMA_F64 fma
#endif
#include "tensor/elementary/variant.inc"
