/* SPDX-License-Identifier: MIT */
#include "optim/instances.h"

static bool has_avx2(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
    return __builtin_cpu_supports("avx2");
#else
    return false;
#endif
}

lnt_optim_loop lnt_optim_choose(const lnt_optim_loops *loops, lnt_dtype dtype)
{
    if (has_avx2() && loops->avx2_f32 != NULL) {
        return dtype == LNT_F32 ? loops->avx2_f32 : loops->avx2_f64;
    }
    return dtype == LNT_F32 ? loops->f32 : loops->f64;
}
