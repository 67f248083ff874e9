/* SPDX-License-Identifier: MIT */
#include "peak.h"

enum { CHAINS = 12 };

/* What the compiler cannot know, so that it must compute. */
static volatile double start = 1;
static volatile double result;

/* CHAINS·LANES sums, each multiplied and added to `turns` times: x ← x·a + b stays near 1. */
#define LOOP(name, TARGET, REAL, BYTES)                                                            \
    TARGET static void name(size_t turns)                                                          \
    {                                                                                              \
        typedef REAL vector __attribute__((vector_size(BYTES)));                                   \
        enum { LANES = BYTES / (int) sizeof(REAL) };                                               \
        const REAL one = (REAL) start;                                                             \
        const vector a = (one - (REAL) 1e-6) - (vector){0}, b = one * (REAL) 1e-6 - (vector){0};   \
        vector x0 = one * 1 - (vector){0}, x1 = one * 2 - (vector){0};                             \
        vector x2 = one * 3 - (vector){0}, x3 = one * 4 - (vector){0};                             \
        vector x4 = one * 5 - (vector){0}, x5 = one * 6 - (vector){0};                             \
        vector x6 = one * 7 - (vector){0}, x7 = one * 8 - (vector){0};                             \
        vector x8 = one * 9 - (vector){0}, x9 = one * 10 - (vector){0};                            \
        vector x10 = one * 11 - (vector){0}, x11 = one * 12 - (vector){0};                         \
        for (size_t i = 0; i < turns; i++) {                                                       \
            x0 = x0 * a + b;                                                                       \
            x1 = x1 * a + b;                                                                       \
            x2 = x2 * a + b;                                                                       \
            x3 = x3 * a + b;                                                                       \
            x4 = x4 * a + b;                                                                       \
            x5 = x5 * a + b;                                                                       \
            x6 = x6 * a + b;                                                                       \
            x7 = x7 * a + b;                                                                       \
            x8 = x8 * a + b;                                                                       \
            x9 = x9 * a + b;                                                                       \
            x10 = x10 * a + b;                                                                     \
            x11 = x11 * a + b;                                                                     \
        }                                                                                          \
        x0 += x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9 + x10 + x11;                              \
        result = (double) x0[LANES - 1];                                                           \
    }

LOOP(plain_f32, , float, 16)
LOOP(plain_f64, , double, 16)

#if defined(__x86_64__)
LOOP(avx2_f32, __attribute__((target("avx2,fma"))), float, 32)
LOOP(avx2_f64, __attribute__((target("avx2,fma"))), double, 32)
LOOP(avx512_f32, __attribute__((target("avx512f"))), float, 64)
LOOP(avx512_f64, __attribute__((target("avx512f"))), double, 64)
#endif

void lnt_bench_run_peak(void *context, size_t calls)
{
    const lnt_bench_peak *peak = context;
    void (*loops[2])(size_t) = {plain_f32, plain_f64};
    size_t bytes = 16;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) {
        loops[0] = avx512_f32;
        loops[1] = avx512_f64;
        bytes = 64;
    } else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        loops[0] = avx2_f32;
        loops[1] = avx2_f64;
        bytes = 32;
    }
#endif
    const size_t lanes = bytes / lnt_dtype_size(peak->dtype);
    const double turns = peak->flops * (double) calls / (double) (2 * CHAINS * lanes);
    loops[peak->dtype == LNT_F64]((size_t) turns + 1);
}
