/* SPDX-License-Identifier: MIT */
#include "tensor/hadamard.h"

#define TEMPLATE "tensor/hadamard.inc"
#include "base/precision/both.inc"

void lnt_hadamard_shifted(lnt_dtype dtype, size_t n, double shift, const void *a, const void *b,
                          bool add, void *c)
{
    (dtype == LNT_F32 ? shifted_f32 : shifted_f64)(n, shift, a, b, add, c);
}

void lnt_hadamard(lnt_dtype dtype, size_t n, const void *a, const void *b, bool add, void *y)
{
    lnt_hadamard_shifted(dtype, n, 0, a, b, add, y);
}

void lnt_hadamard_add3(lnt_dtype dtype, size_t n, const void *a, const void *b, const void *c,
                       void *y)
{
    (dtype == LNT_F32 ? add3_f32 : add3_f64)(n, a, b, c, y);
}
