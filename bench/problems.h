/* SPDX-License-Identifier: MIT */
#ifndef LNT_BENCH_PROBLEMS_H
#define LNT_BENCH_PROBLEMS_H

#include <linnet/linnet.h>

/* What optimisers are raced on: nets with tanh between dense layers, and mean squared error. */

enum { LNT_BENCH_PROBLEMS = 5, LNT_BENCH_MOST_WIDTHS = 9 };

typedef struct lnt_bench_problem {
    const char *name;
    const char *what;
    size_t rows; /* 0: those of the digits */
    size_t n_layers;
    size_t widths[LNT_BENCH_MOST_WIDTHS]; /* inputs, then outputs of each layer */
    double goal;
    double seconds; /* that a run may take */
    size_t batch;   /* of methods that take parts of the data */
} lnt_bench_problem;

extern const lnt_bench_problem lnt_bench_problems[LNT_BENCH_PROBLEMS];

/* The problem of that name; NULL if there is none. */
const lnt_bench_problem *lnt_bench_find_problem(const char *name);

/* Its data of a seed, the targets of variance 1 where they are numbers of a function: `x` and `y`
   own memory, given back by `lnt_release`. */
void lnt_bench_make_problem(const lnt_bench_problem *problem, const char *digits, lnt_dtype dtype,
                            unsigned seed, lnt_tensor *x, lnt_tensor *y);

/* Its net with the initial parameters of a seed. */
lnt_net *lnt_bench_problem_net(const lnt_bench_problem *problem, lnt_dtype dtype, unsigned seed);

#endif
