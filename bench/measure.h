/* SPDX-License-Identifier: MIT */
#ifndef LNT_BENCH_MEASURE_H
#define LNT_BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Contenders take turns, a short slice each, and every figure is a median over the rounds. What
 * slows the machine down for a while slows all of them down, so ratios are taken within a round.
 */

enum { LNT_BENCH_MOST_CONTENDERS = 4, LNT_BENCH_MOST_ROUNDS = 1001 };

/* Something to be timed: `run` does it `calls` times. */
typedef struct lnt_bench_contender {
    void (*run)(void *context, size_t calls);
    void *context;
} lnt_bench_contender;

/* How long to measure, until both are reached, and by which clock. */
typedef struct lnt_bench_plan {
    size_t rounds;
    double seconds; /* of the wall clock */
    bool cpu_time;  /* times are the process's: what it waits while others run is left out */
} lnt_bench_plan;

/* The least value, the quartiles and the median. */
typedef struct lnt_bench_spread {
    double least;
    double low;
    double median;
    double high;
} lnt_bench_spread;

/* One contender's figures; ratio and excess are those over the first contender. */
typedef struct lnt_bench_figures {
    lnt_bench_spread seconds; /* a call */
    lnt_bench_spread ratio;
    lnt_bench_spread excess; /* seconds a call */
    lnt_bench_spread share;  /* the last contender's time over this one's */
} lnt_bench_figures;

/* Sorts `values`, at least one. */
lnt_bench_spread lnt_bench_spread_of(double *values, size_t count);

/* Measures `n` contenders after a warm-up; returns the number of rounds. */
size_t lnt_bench_measure(const lnt_bench_contender *contenders, size_t n,
                         const lnt_bench_plan *plan, lnt_bench_figures *figures);

#endif
