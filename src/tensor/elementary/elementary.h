/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TENSOR_ELEMENTARY_ELEMENTARY_H
#define LINNET_TENSOR_ELEMENTARY_ELEMENTARY_H

#include <linnet/tensor.h>

/** y[i] = f(x[i]) for i < n; y may be x, and may not overlap it otherwise. */
typedef void lnt_elementary_function(size_t n, const void *x, void *y);

/**
 * Elementary functions over contiguous arrays, in vectors: within 2 ULP of the exact value
 * (softplus, and sine and cosine of f64, within 2.5), with the limits of the function at ±Inf, NaN
 * for NaN, signs of zeros kept and denormals neither flushed nor lost. The bits of an element
 * depend on its value alone, not on its place.
 */
typedef struct lnt_elementary {
    lnt_elementary_function *exp;
    lnt_elementary_function *expm1;
    lnt_elementary_function *tanh;
    lnt_elementary_function *sigmoid;  /**< 1 / (1 + e^-x) */
    lnt_elementary_function *softplus; /**< log(1 + e^x) */
    lnt_elementary_function *erf;
    lnt_elementary_function *sin;
    lnt_elementary_function *cos;
} lnt_elementary;

/** One compilation of the functions, for one kind of processor. */
typedef struct lnt_elementary_variant {
    const char *name;
    lnt_elementary f32;
    lnt_elementary f64;
} lnt_elementary_variant;

/** The best functions of F32 or F64 that this processor can run. Thread-safe. */
const lnt_elementary *lnt_elementary_of(lnt_dtype dtype);

/** The variants that this processor can run, best first; NULL from their number on. */
const lnt_elementary_variant *lnt_elementary_variant_at(size_t index);

#if defined(__x86_64__) && defined(__GNUC__)
#define LNT_HAVE_AVX2_VARIANT
#endif

/** For elementary.c. */
extern const lnt_elementary_variant lnt_elementary_baseline;
extern const lnt_elementary_variant lnt_elementary_avx2;

#endif
