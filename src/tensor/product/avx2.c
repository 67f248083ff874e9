/* SPDX-License-Identifier: MIT */
#include "tensor/elementary/elementary.h"
#include "tensor/product/product.h"

#ifdef LNT_HAVE_AVX2_VARIANT
#include <immintrin.h>

#define VARIANT avx2
#define TARGET __attribute__((target("avx2,fma")))
#define VECTOR_BYTES 32
#define TILE_ROWS 6
#define FMA_F32(a, b, c) ((vector_f32) _mm256_fmadd_ps((__m256) (a), (__m256) (b), (__m256) (c)))
#define FMA_F64(a, b, c) ((vector_f64) _mm256_fmadd_pd((__m256d) (a), (__m256d) (b), (__m256d) (c)))
#define FAST true
#include "tensor/product/variant.inc"
#endif
