/* SPDX-License-Identifier: MIT */
/*
 * Reads CSV files of plain numbers with lnt_csv_read and, in turn with it, with getline and strtod.
 * All readers must read the same bits. A megabyte is 10^6 bytes.
 *
 *   bench_csv [--megabytes N] [--repeat N] [--cpu-time] [--json FILE]
 */
#include <errno.h>
#include <linnet/linnet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { COLS = 32, MOST_REPETITIONS = 100, READERS = 3 };

static const char *temporary; /* the file to remove at the end */

static _Noreturn void stop(const char *what)
{
    if (temporary != NULL) {
        unlink(temporary);
    }
    fprintf(stderr, "bench_csv: %s\n", what);
    exit(1);
}

/* --- the files --- */

typedef int (*write_number)(char *text, size_t size, lnt_random *random);

static int write_short(char *text, size_t size, lnt_random *random)
{
    return snprintf(text, size, "%.6g", lnt_random_normal(random));
}

static int write_f32(char *text, size_t size, lnt_random *random)
{
    return snprintf(text, size, "%.9g", (double) (float) lnt_random_normal(random));
}

static int write_f64(char *text, size_t size, lnt_random *random)
{
    return snprintf(text, size, "%.17g", lnt_random_normal(random));
}

static int write_fixed(char *text, size_t size, lnt_random *random)
{
    return snprintf(text, size, "%.4f", 100 * lnt_random_normal(random));
}

static int write_integer(char *text, size_t size, lnt_random *random)
{
    return snprintf(text, size, "%d", (int) lnt_random_bounded(random, 17));
}

static const struct form {
    const char *name;
    write_number write;
} forms[] = {{"%.6g", write_short},
             {"f32, %.9g", write_f32},
             {"f64, %.17g", write_f64},
             {"fixed, %.4f", write_fixed},
             {"0 to 16, %d", write_integer}};

enum { FORMS = sizeof forms / sizeof forms[0] };

/* Writes whole rows until there are `bytes`; returns the number of rows. */
static size_t write_file(const char *path, const struct form *form, size_t bytes)
{
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        stop(strerror(errno));
    }
    lnt_random random = lnt_random_init(1, 1000);
    size_t rows = 0;
    for (size_t written = 0; written < bytes; rows++) {
        char line[COLS * 32];
        size_t length = 0;
        for (int j = 0; j < COLS; j++) {
            length += (size_t) form->write(line + length, sizeof line - length, &random);
            line[length++] = j + 1 < COLS ? ',' : '\n';
        }
        written += fwrite(line, 1, length, file);
    }
    if (fclose(file) != 0) {
        stop(strerror(errno));
    }
    return rows;
}

/* --- the readers: each leaves a checksum of all its numbers, taken as doubles --- */

static clockid_t clock_used = CLOCK_MONOTONIC; /* or that of the process */

static double now(void)
{
    struct timespec t;
    clock_gettime(clock_used, &t);
    return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

static uint64_t add_to_sum(uint64_t sum, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return sum * UINT64_C(0x9E3779B97F4A7C15) + bits;
}

static double read_linnet(const char *path, lnt_dtype dtype, uint64_t *sum)
{
    lnt_read_options options = lnt_read_defaults();
    options.dtype = dtype;
    lnt_frame *frame;
    lnt_error error;
    const double begin = now();
    if (lnt_csv_read(&frame, path, &options, &error) != LNT_OK) {
        stop(error.message);
    }
    const double seconds = now() - begin;
    const lnt_tensor x = lnt_frame_values(frame);
    const size_t count = x.rows * x.cols;
    *sum = 0;
    for (size_t i = 0; i < count; i++) {
        *sum = add_to_sum(*sum, dtype == LNT_F32 ? (double) ((const float *) x.data)[i]
                                                 : ((const double *) x.data)[i]);
    }
    lnt_frame_destroy(frame);
    return seconds;
}

/* Calls `read` for each line of the file. */
static void each_line(const char *path, void (*read)(char *line, void *context), void *context)
{
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        stop(strerror(errno));
    }
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, file) > 0) {
        read(line, context);
    }
    free(line);
    fclose(file);
}

static void read_doubles(char *line, void *context)
{
    double **next = context;
    for (int j = 0; j < COLS; j++, line++) {
        *(*next)++ = strtod(line, &line);
    }
}

static double read_strtod(const char *path, size_t rows, uint64_t *sum)
{
    const double begin = now();
    double *values = malloc(rows * COLS * sizeof *values);
    if (values == NULL) {
        stop("no memory");
    }
    double *next = values;
    each_line(path, read_doubles, &next);
    const double seconds = now() - begin;
    *sum = 0;
    for (const double *p = values; p < next; p++) {
        *sum = add_to_sum(*sum, *p);
    }
    free(values);
    return seconds;
}

static void sum_floats(char *line, void *context)
{
    uint64_t *sum = context;
    for (int j = 0; j < COLS; j++, line++) {
        *sum = add_to_sum(*sum, (double) strtof(line, &line));
    }
}

/* --- the figures --- */

typedef struct series {
    const char *name;
    double rates[MOST_REPETITIONS]; /* MB/s, sorted at the end */
} series;

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

static double median(const series *s, size_t count)
{
    return count % 2 == 1 ? s->rates[count / 2]
                          : (s->rates[count / 2 - 1] + s->rates[count / 2]) / 2;
}

static void measure(const char *path, size_t rows, double megabytes, size_t repetitions,
                    series results[READERS])
{
    uint64_t sum_f32 = 0;
    each_line(path, sum_floats, &sum_f32);
    for (size_t r = 0; r < repetitions; r++) {
        uint64_t sums[READERS];
        const double seconds[READERS] = {read_linnet(path, LNT_F32, &sums[0]),
                                         read_linnet(path, LNT_F64, &sums[1]),
                                         read_strtod(path, rows, &sums[2])};
        if (sums[0] != sum_f32 || sums[1] != sums[2]) {
            stop("lnt_csv_read and the C library read different numbers");
        }
        for (int k = 0; k < READERS; k++) {
            results[k].rates[r] = megabytes / seconds[k];
        }
    }
    for (int k = 0; k < READERS; k++) {
        qsort(results[k].rates, repetitions, sizeof results[k].rates[0], compare_doubles);
    }
}

static void report(FILE *json, const struct form *form, size_t rows, double megabytes,
                   const series results[READERS], size_t repetitions)
{
    for (int k = 0; k < READERS; k++) {
        const series *s = &results[k];
        printf("%-12s  %-18s %8.0f %8.0f %8.0f\n", k == 0 ? form->name : "", s->name,
               median(s, repetitions), s->rates[0], s->rates[repetitions - 1]);
        if (json != NULL) {
            fprintf(json,
                    "%s    {\"numbers\": \"%s\", \"reader\": \"%s\", \"rows\": %zu, \"cols\": %d, "
                    "\"megabytes\": %.3f, \"unit\": \"MB/s\", \"median\": %.1f, \"least\": %.1f, "
                    "\"most\": %.1f}",
                    form == forms && k == 0 ? "" : ",\n", form->name, s->name, rows, COLS,
                    megabytes, median(s, repetitions), s->rates[0], s->rates[repetitions - 1]);
        }
    }
    fflush(stdout);
}

typedef struct options {
    size_t megabytes;
    size_t repetitions;
    const char *json;
} options;

static size_t count_of(const char *text, size_t most)
{
    char *end;
    const unsigned long count = text != NULL ? strtoul(text, &end, 10) : 0;
    if (count == 0 || *end != '\0' || count > most) {
        stop("usage: bench_csv [--megabytes N] [--repeat N] [--cpu-time] [--json FILE]");
    }
    return count;
}

static options parse(char **argv)
{
    options o = {100, 7, NULL};
    for (char **p = argv + 1; *p != NULL; p++) {
        const char *const name = *p;
        if (strcmp(name, "--cpu-time") == 0) {
            clock_used = CLOCK_PROCESS_CPUTIME_ID;
            continue;
        }
        p += p[1] != NULL;
        if (strcmp(name, "--megabytes") == 0) {
            o.megabytes = count_of(*p, 100000);
        } else if (strcmp(name, "--repeat") == 0) {
            o.repetitions = count_of(*p, MOST_REPETITIONS);
        } else if (strcmp(name, "--json") == 0 && *p != name) {
            o.json = *p;
        } else {
            count_of(NULL, 0);
        }
    }
    return o;
}

int main(int argc, char **argv)
{
    (void) argc;
    const options o = parse(argv);
    FILE *json = o.json != NULL ? fopen(o.json, "w") : NULL;
    if (o.json != NULL && json == NULL) {
        stop(strerror(errno));
    }
    const char *const root = getenv("TMPDIR");
    char path[4096];
    snprintf(path, sizeof path, "%s/linnet-bench-XXXXXX", root != NULL ? root : "/tmp");
    const int file = mkstemp(path);
    if (file < 0) {
        stop(strerror(errno));
    }
    close(file);
    temporary = path;
    if (json != NULL) {
        fprintf(json, "{\n  \"benchmark\": \"csv\",\n  \"version\": \"%s\",\n", lnt_version());
        fprintf(json, "  \"repetitions\": %zu,\n  \"results\": [\n", o.repetitions);
    }
    printf("%zu MB a file, %d columns, MB/s over %zu repetitions in turn\n", o.megabytes, COLS,
           o.repetitions);
    printf("%-12s  %-18s %8s %8s %8s\n", "numbers", "reader", "median", "least", "most");
    for (size_t i = 0; i < FORMS; i++) {
        series results[READERS] = {{.name = "lnt_csv_read f32"},
                                   {.name = "lnt_csv_read f64"},
                                   {.name = "getline + strtod"}};
        const size_t rows = write_file(path, &forms[i], o.megabytes * 1000000);
        const double megabytes = (double) o.megabytes;
        measure(path, rows, megabytes, o.repetitions, results);
        report(json, &forms[i], rows, megabytes, results, o.repetitions);
    }
    unlink(path);
    if (json != NULL) {
        fprintf(json, "\n  ]\n}\n");
        if (fclose(json) != 0) {
            stop(strerror(errno));
        }
    }
    return 0;
}
