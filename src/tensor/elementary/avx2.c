/* SPDX-License-Identifier: MIT */
#include "tensor/elementary/elementary.h"

#ifdef LNT_HAVE_AVX2_VARIANT
#define TARGET __attribute__((target("avx2,fma")))
#define VARIANT avx2
#define FMA_F32 __builtin_fmaf
#define FMA_F64 __builtin_fma
#include "tensor/elementary/variant.inc"
#endif
