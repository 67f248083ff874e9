/* SPDX-License-Identifier: MIT */
#ifndef LNT_BENCH_PEAK_H
#define LNT_BENCH_PEAK_H

#include <linnet/tensor.h>

/*
 * The attainable peak: multiply-adds in registers alone, in chains enough to keep the units busy,
 * with the longest vectors of the processor. As a contender, it does as many floating-point
 * operations a call as what it is compared with, at the same time.
 */
typedef struct lnt_bench_peak {
    lnt_dtype dtype;
    double flops; /* a call */
} lnt_bench_peak;

void lnt_bench_run_peak(void *peak, size_t calls);

#endif
