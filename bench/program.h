/* SPDX-License-Identifier: MIT */
#ifndef LNT_BENCH_PROGRAM_H
#define LNT_BENCH_PROGRAM_H

#include "measure.h"

#include <jansson.h>
#include <linnet/linnet.h>
#include <popt.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * What the benchmark programs have in common: options, the header of the table, the JSON file, and
 * ways out. Each program measures one thing after another and stops at the first failure.
 */

/* One benchmark: its name, what it is about, and its own options. */
typedef struct lnt_bench_program {
    const char *name;
    const char *summary;
    struct poptOption *options;
    int rounds; /* by default */
    double seconds;
} lnt_bench_program;

/* The options that all have, and the results so far. */
typedef struct lnt_bench {
    const char *name;
    lnt_bench_plan plan;
    int threads;
    bool dtypes[LNT_I32]; /* by dtype: whether to measure it */
    const char *json_path;
    FILE *json_file;
    json_t *report;
    json_t *results;
} lnt_bench;

/* Reads and checks the command line; a program then checks its own options. */
void lnt_bench_read(lnt_bench *bench, const lnt_bench_program *program, int argc,
                    const char **argv);

/* Sets BLAS's threads, opens the JSON file and prints the header. */
void lnt_bench_begin(lnt_bench *bench);

/* Writes the JSON file; returns the exit status. */
int lnt_bench_end(lnt_bench *bench);

/* Adds a result, which it takes over; ends the program if it is NULL. */
void lnt_bench_add(lnt_bench *bench, json_t *result);

/* {"median": …, "low": …, "high": …, "least": …}, each times `unit`. */
json_t *lnt_bench_json(const lnt_bench_spread *spread, double unit);

/* A time with three digits and a unit, into `text` [16]; returns it. */
const char *lnt_bench_time(double seconds, char *text);

/* Ends the program with status 1 unless `status` is `LNT_OK`. */
void lnt_bench_check(lnt_status status, const char *what);

/* Ends the program with status 2: the command line is wrong. */
_Noreturn void lnt_bench_misuse(const char *format, ...) LNT_PRINTF(1, 2);

/* Ends the program with status 1. */
_Noreturn void lnt_bench_fail(const char *format, ...) LNT_PRINTF(1, 2);

/* Memory of the program, or its end. */
void *lnt_bench_allocate(size_t count, size_t size);

/* Fills a tensor with numbers uniform in [-1, 1). */
void lnt_bench_randomise(lnt_tensor *t, uint64_t stream);

#endif
