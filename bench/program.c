/* SPDX-License-Identifier: MIT */
#include "program.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *program_name = "bench";

static void say(const char *format, va_list arguments)
{
    fflush(stdout);
    fprintf(stderr, "%s: ", program_name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

void lnt_bench_misuse(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    exit(2);
}

void lnt_bench_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    exit(1);
}

void lnt_bench_check(lnt_status status, const char *what)
{
    if (status != LNT_OK) {
        lnt_bench_fail("%s: %s", what, lnt_status_text(status));
    }
}

void *lnt_bench_allocate(size_t count, size_t size)
{
    void *block = lnt_allocate(NULL, count, size);
    if (block == NULL) {
        lnt_bench_fail("no memory for %zu times %zu bytes", count, size);
    }
    return block;
}

void lnt_bench_randomise(lnt_tensor *t, uint64_t stream)
{
    const lnt_init init = lnt_init_uniform(-1, 1);
    lnt_bench_check(lnt_init_fill(&init, 1, stream, t), "filling a tensor");
}

/* --- the command line --- */

typedef struct settings {
    int rounds;
    double seconds;
    int threads;
    int cpu_time;
    const char *dtype;
    const char *json;
} settings;

static void read_options(settings *s, const lnt_bench_program *program, int argc, const char **argv)
{
    struct poptOption common[] = {
        {"repeat", 'r', POPT_ARG_INT | POPT_ARGFLAG_SHOW_DEFAULT, &s->rounds, 0,
         "rounds at least, each contender once; medians of fewer than 7 say little", "N"},
        {"seconds", 's', POPT_ARG_DOUBLE | POPT_ARGFLAG_SHOW_DEFAULT, &s->seconds, 0,
         "time at least for each line of the table", "S"},
        {"dtype", 'd', POPT_ARG_STRING | POPT_ARGFLAG_SHOW_DEFAULT, &s->dtype, 0, "what to measure",
         "f32|f64|both"},
        {"threads", 't', POPT_ARG_INT | POPT_ARGFLAG_SHOW_DEFAULT, &s->threads, 0,
         "threads: of passes, and of BLAS where it is bare", "N"},
        {"cpu-time", 'c', POPT_ARG_NONE, &s->cpu_time, 0,
         "measure the process's own time, for one thread on a busy machine", NULL},
        {"json", 'j', POPT_ARG_STRING, &s->json, 0, "write the results to FILE, too", "FILE"},
        POPT_TABLEEND};
    struct poptOption table[] = {
        {NULL, '\0', POPT_ARG_INCLUDE_TABLE, program->options, 0, "What to measure:", NULL},
        {NULL, '\0', POPT_ARG_INCLUDE_TABLE, common, 0, "How:", NULL},
        POPT_AUTOHELP POPT_TABLEEND};
    poptContext context = poptGetContext(program->name, argc, argv, table, 0);
    char usage[256];
    snprintf(usage, sizeof usage, "[OPTION...]\n%s", program->summary);
    poptSetOtherOptionHelp(context, usage);
    const int code = poptGetNextOpt(context);
    if (code < -1) {
        lnt_bench_misuse("%s: %s", poptBadOption(context, POPT_BADOPTION_NOALIAS),
                         poptStrerror(code));
    }
    const char *rest = poptGetArg(context);
    if (rest != NULL) {
        lnt_bench_misuse("expected options only, found '%s'", rest);
    }
    poptFreeContext(context);
}

static void apply_settings(lnt_bench *bench, const settings *s)
{
    if (s->rounds < 1 || s->rounds > LNT_BENCH_MOST_ROUNDS) {
        lnt_bench_misuse("--repeat: expected a number from 1 to %d, found %d",
                         LNT_BENCH_MOST_ROUNDS, s->rounds);
    }
    if (!(s->seconds >= 0 && isfinite(s->seconds))) {
        lnt_bench_misuse("--seconds: expected a number from 0 up, found %g", s->seconds);
    }
    if (s->cpu_time && s->threads != 1) {
        lnt_bench_misuse("--cpu-time: expected --threads 1, found %d", s->threads);
    }
    bench->plan = (lnt_bench_plan){(size_t) s->rounds, s->seconds, s->cpu_time};
    const bool both = strcmp(s->dtype, "both") == 0;
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        bench->dtypes[dtype] = both || strcmp(s->dtype, lnt_dtype_name(dtype)) == 0;
    }
    if (!bench->dtypes[LNT_F32] && !bench->dtypes[LNT_F64]) {
        lnt_bench_misuse("--dtype: expected f32, f64 or both, found '%s'", s->dtype);
    }
    bench->threads = s->threads;
    bench->json_path = s->json;
}

/* --- where it runs --- */

/* The processor's name, where Linux tells it. */
static void read_processor(char *name, size_t size)
{
    snprintf(name, size, "unknown processor");
    FILE *file = fopen("/proc/cpuinfo", "r");
    if (file == NULL) {
        return;
    }
    char line[256];
    while (fgets(line, sizeof line, file) != NULL) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) == 0 && colon != NULL) {
            line[strcspn(line, "\n")] = '\0';
            snprintf(name, size, "%s", colon + 2);
            break;
        }
    }
    fclose(file);
}

/* Programs that were running, on average over the last minute. */
static double load(void)
{
    double average = NAN;
    return getloadavg(&average, 1) == 1 ? average : NAN;
}

static json_t *number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static void describe(lnt_bench *bench)
{
    const lnt_build build = lnt_build_info();
    char processor[128];
    read_processor(processor, sizeof processor);
    printf("linnet %s, %s\n", build.version, build.compiler);
    printf("%s, core type %s, threads %d\n",
           build.blas_config[0] != '\0' ? build.blas_config : build.blas,
           build.blas_core[0] != '\0' ? build.blas_core : "unknown", build.blas_threads);
    const char *clock = bench->plan.cpu_time ? "CPU time" : "wall clock";
    printf("%s, load %.1f, %s\n", processor, load(), clock);
    bench->results = json_array();
    bench->report =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:o, s:i, s:f, s:O}", "benchmark",
                  bench->name, "version", build.version, "compiler", build.compiler, "blas",
                  build.blas, "blas_config", build.blas_config, "blas_core", build.blas_core,
                  "threads", build.blas_threads, "processor", processor, "clock", clock,
                  "load_before", number(load()), "least_rounds", (int) bench->plan.rounds,
                  "least_seconds", bench->plan.seconds, "results", bench->results);
    if (bench->report == NULL) {
        lnt_bench_fail("no memory for the report");
    }
}

void lnt_bench_read(lnt_bench *bench, const lnt_bench_program *program, int argc, const char **argv)
{
    program_name = program->name;
    *bench = (lnt_bench){.name = program->name};
    settings s = {
        .rounds = program->rounds, .seconds = program->seconds, .threads = 1, .dtype = "both"};
    read_options(&s, program, argc, argv);
    apply_settings(bench, &s);
}

void lnt_bench_begin(lnt_bench *bench)
{
    if (lnt_blas_set_threads(bench->threads) != LNT_OK) {
        lnt_bench_misuse("--threads: expected a number that %s can be set to, found %d",
                         lnt_build_info().blas, bench->threads);
    }
    if (bench->json_path != NULL) {
        bench->json_file = fopen(bench->json_path, "w");
        if (bench->json_file == NULL) {
            lnt_bench_fail("%s: %s", bench->json_path, strerror(errno));
        }
    }
    describe(bench);
}

/* --- results --- */

void lnt_bench_add(lnt_bench *bench, json_t *result)
{
    fflush(stdout);
    if (json_array_append_new(bench->results, result) != 0) {
        lnt_bench_fail("no memory for the report");
    }
}

json_t *lnt_bench_json(const lnt_bench_spread *spread, double unit)
{
    return json_pack("{s:f, s:f, s:f, s:f}", "median", spread->median * unit, "low",
                     spread->low * unit, "high", spread->high * unit, "least",
                     spread->least * unit);
}

const char *lnt_bench_time(double seconds, char *text)
{
    static const struct {
        double seconds;
        const char *name;
    } units[] = {{1, "s"}, {1e-3, "ms"}, {1e-6, "us"}, {1e-9, "ns"}};
    size_t u = 0;
    while (u < 3 && fabs(seconds) < units[u].seconds) {
        u++;
    }
    const double value = seconds / units[u].seconds;
    const int decimals = fabs(value) < 9.995 ? 2 : fabs(value) < 99.95 ? 1 : 0;
    snprintf(text, 16, "%.*f %s", decimals, value, units[u].name);
    return text;
}

int lnt_bench_end(lnt_bench *bench)
{
    json_object_set_new(bench->report, "load_after", number(load()));
    if (bench->json_file != NULL) {
        const bool written = json_dumpf(bench->report, bench->json_file,
                                        JSON_INDENT(2) | JSON_REAL_PRECISION(6)) == 0 &&
                             fputc('\n', bench->json_file) != EOF;
        if (fclose(bench->json_file) != 0 || !written) {
            lnt_bench_fail("%s: %s", bench->json_path, strerror(errno));
        }
    }
    json_decref(bench->results);
    json_decref(bench->report);
    return 0;
}
