/* SPDX-License-Identifier: MIT */
#include "measure.h"

#include <stdlib.h>
#include <time.h>

/* Shorter slices drown in the clock's own time, longer ones in what else the machine does. */
#define SLICE_SECONDS 0.5e-3
#define WARM_UP_SECONDS 10e-3

static double now(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

/* Between the two values nearest to that part of the sorted list. */
static double quantile(const double *sorted, size_t count, double part)
{
    const double place = part * (double) (count - 1);
    const size_t below = (size_t) place;
    const size_t above = below + 1 < count ? below + 1 : below;
    return sorted[below] + (place - (double) below) * (sorted[above] - sorted[below]);
}

lnt_bench_spread lnt_bench_spread_of(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
    return (lnt_bench_spread){.least = values[0],
                              .low = quantile(values, count, 0.25),
                              .median = quantile(values, count, 0.5),
                              .high = quantile(values, count, 0.75)};
}

static double time_of(const lnt_bench_contender *contender, size_t calls,
                      const lnt_bench_plan *plan)
{
    const clockid_t clock = plan->cpu_time ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC;
    const double begin = now(clock);
    contender->run(contender->context, calls);
    return now(clock) - begin;
}

/* Calls that fill a slice of the slowest contender's; finding them is also the warm-up. */
static size_t calls_of(const lnt_bench_contender *contenders, size_t n, const lnt_bench_plan *plan)
{
    size_t least = 0;
    for (size_t c = 0; c < n; c++) {
        const double begin = now(CLOCK_MONOTONIC);
        size_t calls = 1;
        double seconds = time_of(&contenders[c], calls, plan);
        while (now(CLOCK_MONOTONIC) - begin < WARM_UP_SECONDS) {
            calls *= seconds < SLICE_SECONDS ? 2 : 1;
            seconds = time_of(&contenders[c], calls, plan);
        }
        least = least == 0 || calls < least ? calls : least;
    }
    return least;
}

size_t lnt_bench_measure(const lnt_bench_contender *contenders, size_t n,
                         const lnt_bench_plan *plan, lnt_bench_figures *figures)
{
    static double seconds[LNT_BENCH_MOST_CONTENDERS][LNT_BENCH_MOST_ROUNDS];
    static double ratio[LNT_BENCH_MOST_ROUNDS], excess[LNT_BENCH_MOST_ROUNDS],
        share[LNT_BENCH_MOST_ROUNDS];
    const size_t calls = calls_of(contenders, n, plan);
    const double begin = now(CLOCK_MONOTONIC);
    size_t rounds = 0;
    while (rounds < LNT_BENCH_MOST_ROUNDS &&
           (rounds < plan->rounds || now(CLOCK_MONOTONIC) - begin < plan->seconds)) {
        for (size_t i = 0; i < n; i++) {
            /* There and back, so that nobody always follows the same one. */
            const size_t c = rounds % 2 == 0 ? i : n - 1 - i;
            seconds[c][rounds] = time_of(&contenders[c], calls, plan) / (double) calls;
        }
        rounds++;
    }
    for (size_t c = 0; c < n; c++) {
        for (size_t r = 0; r < rounds; r++) {
            ratio[r] = seconds[c][r] / seconds[0][r];
            excess[r] = seconds[c][r] - seconds[0][r];
            share[r] = seconds[n - 1][r] / seconds[c][r];
        }
        figures[c].ratio = lnt_bench_spread_of(ratio, rounds);
        figures[c].excess = lnt_bench_spread_of(excess, rounds);
        figures[c].share = lnt_bench_spread_of(share, rounds);
    }
    for (size_t c = 0; c < n; c++) { /* which sorts them, when all are compared */
        figures[c].seconds = lnt_bench_spread_of(seconds[c], rounds);
    }
    return rounds;
}
