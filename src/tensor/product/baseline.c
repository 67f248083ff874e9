/* SPDX-License-Identifier: MIT */
/* What the compiler's flags allow: vectors of 16 bytes, which every target has or imitates. */
#include "tensor/product/product.h"

#define VARIANT baseline
#define TARGET
#define VECTOR_BYTES 16
#define TILE_ROWS 4
#define FMA_F32(a, b, c) ((a) * (b) + (c))
#define FMA_F64(a, b, c) ((a) * (b) + (c))
#if defined(__aarch64__)
#define FAST true
#else
#define FAST false /* a BLAS that looks at the processor has wider vectors */
#endif
#include "tensor/product/variant.inc"
