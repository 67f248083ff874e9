/* SPDX-License-Identifier: MIT */
#include "functions.h"
#include "program.h"

/* Exponentials and their kin over arrays in the first cache, beside libm's, one by one. */

enum { COUNT = 1024 };

static _Alignas(64) double memory[2][COUNT];

typedef struct subject {
    const lnt_bench_function *function;
    lnt_elementary_function *ours; /* NULL: libm's */
    lnt_dtype dtype;
} subject;

static void run(void *context, size_t calls)
{
    const subject *s = context;
    for (size_t call = 0; call < calls; call++) {
        if (s->ours != NULL) {
            s->ours(COUNT, memory[0], memory[1]);
        } else if (s->dtype == LNT_F32) {
            const float *x = (const float *) (const void *) memory[0];
            float *y = (float *) (void *) memory[1];
            for (size_t i = 0; i < COUNT; i++) {
                y[i] = s->function->f32(x[i]);
            }
        } else {
            for (size_t i = 0; i < COUNT; i++) {
                memory[1][i] = s->function->f64(memory[0][i]);
            }
        }
    }
}

/* Normal numbers times 3: what comes before an activation, and a little more. */
static void fill(lnt_dtype dtype)
{
    lnt_random random = lnt_random_init(1, 99);
    for (size_t i = 0; i < COUNT; i++) {
        const double value = 3 * lnt_random_normal(&random);
        if (dtype == LNT_F32) {
            ((float *) (void *) memory[0])[i] = (float) value;
        } else {
            memory[0][i] = value;
        }
    }
}

static void measure(lnt_bench *bench, const lnt_bench_function *function, lnt_dtype dtype)
{
    subject subjects[LNT_BENCH_MOST_CONTENDERS] = {{function, NULL, dtype}};
    const char *names[LNT_BENCH_MOST_CONTENDERS] = {"libm"};
    size_t n = 1;
    const lnt_elementary_variant *variant;
    for (size_t v = 0;
         (variant = lnt_elementary_variant_at(v)) != NULL && n < LNT_BENCH_MOST_CONTENDERS; v++) {
        names[n] = variant->name;
        subjects[n++] = (subject){
            function, lnt_bench_ours(function, dtype == LNT_F32 ? &variant->f32 : &variant->f64),
            dtype};
    }
    lnt_bench_contender contenders[LNT_BENCH_MOST_CONTENDERS];
    for (size_t i = 0; i < n; i++) {
        contenders[i] = (lnt_bench_contender){run, &subjects[i]};
    }
    lnt_bench_figures figures[LNT_BENCH_MOST_CONTENDERS];
    fill(dtype);
    lnt_bench_measure(contenders, n, &bench->plan, figures);
    printf("%-9s %-5s %8.2f", function->name, lnt_dtype_name(dtype),
           figures[0].seconds.median / COUNT * 1e9);
    for (size_t i = 1; i < n; i++) {
        const lnt_bench_spread *ratio = &figures[i].ratio;
        printf("  %-8s %6.2f  %5.2f (%.2f-%.2f)", names[i], figures[i].seconds.median / COUNT * 1e9,
               1 / ratio->median, 1 / ratio->high, 1 / ratio->low);
        lnt_bench_add(bench, json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "function", function->name,
                                       "dtype", lnt_dtype_name(dtype), "variant", names[i],
                                       "libm_ns", lnt_bench_json(&figures[0].seconds, 1e9 / COUNT),
                                       "ns", lnt_bench_json(&figures[i].seconds, 1e9 / COUNT),
                                       "seconds_over_libm", lnt_bench_json(ratio, 1)));
    }
    putchar('\n');
    fflush(stdout);
}

int main(int argc, const char **argv)
{
    struct poptOption options[] = {POPT_TABLEEND};
    const lnt_bench_program program = {"bench_elementary",
                                       "Elementary functions in vectors beside libm's loop.",
                                       options, 21, 0.3};
    lnt_bench bench;
    lnt_bench_read(&bench, &program, argc, argv);
    lnt_bench_begin(&bench);
    puts("nanoseconds an element; how many times faster than libm's loop, with quartiles\n");
    printf("%-9s %-5s %8s\n", "function", "dtype", "libm");
    for (size_t f = 0; f < LNT_BENCH_FUNCTIONS; f++) {
        for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
            if (bench.dtypes[dtype]) {
                measure(&bench, &lnt_bench_functions[f], dtype);
            }
        }
    }
    return lnt_bench_end(&bench);
}
