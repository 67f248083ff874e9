/* SPDX-License-Identifier: MIT */
#ifndef LNT_BENCH_FUNCTIONS_H
#define LNT_BENCH_FUNCTIONS_H

#include "tensor/elementary/elementary.h"

#include <math.h>
#include <stddef.h>

/* The elementary functions, with libm's of the next precision to look for errors with. */
typedef struct lnt_bench_function {
    const char *name;
    size_t offset; /* in lnt_elementary */
    float (*f32)(float);
    double (*f64)(double);
    long double (*extended)(long double);
} lnt_bench_function;

enum { LNT_BENCH_FUNCTIONS = 8 };

extern const lnt_bench_function lnt_bench_functions[LNT_BENCH_FUNCTIONS];

/* Our function of that row, of one variant and precision. */
lnt_elementary_function *lnt_bench_ours(const lnt_bench_function *function,
                                        const lnt_elementary *table);

#endif
