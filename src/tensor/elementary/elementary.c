/* SPDX-License-Identifier: MIT */
#include "tensor/elementary/elementary.h"

#ifdef LNT_HAVE_AVX2_VARIANT
/* The processor's features are read once, before main: asking costs two loads. */
static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#endif

const lnt_elementary_variant *lnt_elementary_variant_at(size_t index)
{
#ifdef LNT_HAVE_AVX2_VARIANT
    if (has_avx2()) {
        if (index == 0) {
            return &lnt_elementary_avx2;
        }
        index--;
    }
#endif
    return index == 0 ? &lnt_elementary_baseline : NULL;
}

const lnt_elementary *lnt_elementary_of(lnt_dtype dtype)
{
    const lnt_elementary_variant *best = lnt_elementary_variant_at(0);
    return dtype == LNT_F32 ? &best->f32 : &best->f64;
}
