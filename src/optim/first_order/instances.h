/* SPDX-License-Identifier: MIT */
#ifndef LINNET_OPTIM_FIRST_ORDER_INSTANCES_H
#define LINNET_OPTIM_FIRST_ORDER_INSTANCES_H

#include "optim/optim.h"

/*
 * Instances of a method's loop, LOOP(TARGET, name, REAL, ROOT), for both precisions and, on x86-64,
 * for vectors of the processor's that the library's own code does not suppose. Fused multiplication
 * is left out, so all give the same bits.
 */
#if defined(__x86_64__) && defined(__GNUC__)

#define LNT_OPTIM_AVX2 __attribute__((target("avx2")))
#define LNT_OPTIM_INSTANCES(LOOP)                                                                  \
    LOOP(, loop_f32, float, sqrtf)                                                                 \
    LOOP(, loop_f64, double, sqrt)                                                                 \
    LOOP(LNT_OPTIM_AVX2, avx2_f32, float, sqrtf)                                                   \
    LOOP(LNT_OPTIM_AVX2, avx2_f64, double, sqrt)
#define LNT_OPTIM_TABLE                                                                            \
    {                                                                                              \
        loop_f32, loop_f64, avx2_f32, avx2_f64                                                     \
    }

#else

#define LNT_OPTIM_INSTANCES(LOOP)                                                                  \
    LOOP(, loop_f32, float, sqrtf)                                                                 \
    LOOP(, loop_f64, double, sqrt)
#define LNT_OPTIM_TABLE                                                                            \
    {                                                                                              \
        loop_f32, loop_f64, NULL, NULL                                                             \
    }

#endif

/** The loop of `loops` for a precision on the processor at hand. */
lnt_optim_loop lnt_optim_choose(const lnt_optim_loops *loops, lnt_dtype dtype);

#endif
