/* SPDX-License-Identifier: MIT */
/*
 * lnt_gemm beside the CBLAS call that it ends in, on the same operands in turn: the three products
 * of a dense layer, for the shapes of typical nets and for squares.
 */
#include "bare.h"
#include "program.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

/* A dense layer on a batch. */
typedef struct shape {
    int rows, inputs, outputs;
} shape;

static const shape layers[] = {{2, 8, 16},        {1, 64, 32},      {32, 64, 32},
                               {64, 784, 256},    {64, 256, 10},    {128, 784, 512},
                               {256, 1024, 1024}, {512, 2048, 2048}};

enum { LAYERS = sizeof layers / sizeof layers[0], SMALLEST_SQUARE = 4, LARGEST_SQUARE = 2048 };

/* A product of a layer: which of x [rows, in], w [in, out], y [rows, out] it is made of. */
typedef struct product {
    const char *name;
    const char *meaning;
    bool a_transposed, b_transposed;
} product;

static const product products[] = {{"NN", "forward", false, false},
                                   {"NT", "input gradient", false, true},
                                   {"TN", "weight gradient", true, false}};

enum { PRODUCTS = sizeof products / sizeof products[0] };

/* --- the two contenders, on one set of operands --- */

typedef struct operands {
    lnt_tensor a, b, c;     /* as lnt_gemm takes them: views, maybe transposed */
    lnt_bench_product bare; /* as CBLAS does */
    lnt_status status;
} operands;

static void run_ours(void *context, size_t calls)
{
    operands *o = context;
    for (size_t i = 0; i < calls; i++) {
        const lnt_status status = lnt_gemm(1, &o->a, &o->b, 0, &o->c);
        if (status != LNT_OK) {
            o->status = status;
        }
    }
}

static void run_f32(void *context, size_t calls)
{
    const operands *o = context;
    for (size_t i = 0; i < calls; i++) {
        lnt_bench_bare_f32(&o->bare);
    }
}

static void run_f64(void *context, size_t calls)
{
    const operands *o = context;
    for (size_t i = 0; i < calls; i++) {
        lnt_bench_bare_f64(&o->bare);
    }
}

/* A matrix [rows, cols] as an operand, stored transposed if the product wants it so. */
static lnt_tensor operand(lnt_dtype dtype, int rows, int cols, bool transposed, uint64_t stream)
{
    const size_t r = (size_t) (transposed ? cols : rows), c = (size_t) (transposed ? rows : cols);
    void *data = lnt_bench_allocate(r * c, lnt_dtype_size(dtype));
    lnt_tensor stored = lnt_tensor_of(dtype, data, r, c);
    lnt_bench_randomise(&stored, stream);
    return transposed ? lnt_transpose(&stored) : stored;
}

static operands create(lnt_dtype dtype, const product *p, const shape *s)
{
    const int m = p->a_transposed ? s->inputs : s->rows;
    const int n = p->b_transposed ? s->inputs : s->outputs;
    const int k = p->a_transposed ? s->rows : p->b_transposed ? s->outputs : s->inputs;
    operands o = {.a = operand(dtype, m, k, p->a_transposed, 1),
                  .b = operand(dtype, k, n, p->b_transposed, 2),
                  .c = operand(dtype, m, n, false, 3),
                  .status = LNT_OK};
    o.bare = (lnt_bench_product){.a_transposed = p->a_transposed,
                                 .b_transposed = p->b_transposed,
                                 .m = m,
                                 .n = n,
                                 .k = k,
                                 .a = o.a.data,
                                 .b = o.b.data,
                                 .lda = p->a_transposed ? m : k,
                                 .ldb = p->b_transposed ? k : n,
                                 .c = o.c.data,
                                 .ldc = n};
    return o;
}

static void destroy(operands *o)
{
    lnt_release(NULL, o->a.data);
    lnt_release(NULL, o->b.data);
    lnt_release(NULL, o->c.data);
}

/* Both must compute the same: two sums of k products of numbers below 1, rounded in any order. */
static void compare(operands *o, const lnt_bench_contender *bare)
{
    const lnt_tensor *c = &o->c;
    lnt_tensor copy =
        lnt_tensor_of(c->dtype, lnt_bench_allocate(c->rows * c->cols, lnt_dtype_size(c->dtype)),
                      c->rows, c->cols);
    bare->run(bare->context, 1);
    lnt_bench_check(lnt_copy(c, &copy), "copying the product");
    run_ours(o, 1);
    lnt_bench_check(o->status, "lnt_gemm");
    lnt_bench_check(lnt_axpy(-1, c, &copy), "comparing the products");
    double difference;
    lnt_bench_check(lnt_norm(LNT_NORM_MAX, &copy, &difference), "comparing the products");
    const double k = o->bare.k, unit = (c->dtype == LNT_F32 ? FLT_EPSILON : DBL_EPSILON) / 2;
    const double bound = 2 * k * (k * unit / (1 - k * unit));
    if (!(difference <= bound)) {
        lnt_bench_fail("lnt_gemm and CBLAS differ by %g, more than %g", difference, bound);
    }
    lnt_release(NULL, copy.data);
}

/* --- the table --- */

static void report(lnt_bench *bench, lnt_dtype dtype, const product *p, const shape *s,
                   const lnt_bench_figures *figures, size_t rounds)
{
    const lnt_bench_figures *bare = &figures[0], *ours = &figures[1];
    const double flops = 2.0 * s->rows * s->inputs * s->outputs;
    char bare_text[16], ours_text[16], excess_text[16];
    printf("%-5s %-4s %5d %5d %5d %9s %9s %7.1f  %6.3f  %6.3f %6.3f  %9s\n", lnt_dtype_name(dtype),
           p->name, s->rows, s->inputs, s->outputs, lnt_bench_time(bare->seconds.median, bare_text),
           lnt_bench_time(ours->seconds.median, ours_text), flops / ours->seconds.median * 1e-9,
           ours->ratio.median, ours->ratio.low, ours->ratio.high,
           lnt_bench_time(ours->excess.median, excess_text));
    lnt_bench_add(bench, json_pack("{s:s, s:s, s:i, s:i, s:i, s:i, s:o, s:o, s:o, s:o, s:f, s:f}",
                                   "dtype", lnt_dtype_name(dtype), "product", p->name, "rows",
                                   s->rows, "inputs", s->inputs, "outputs", s->outputs, "rounds",
                                   (int) rounds, "cblas_ns", lnt_bench_json(&bare->seconds, 1e9),
                                   "linnet_ns", lnt_bench_json(&ours->seconds, 1e9), "ratio",
                                   lnt_bench_json(&ours->ratio, 1), "overhead_ns",
                                   lnt_bench_json(&ours->excess, 1e9), "cblas_gflops",
                                   flops / bare->seconds.median * 1e-9, "linnet_gflops",
                                   flops / ours->seconds.median * 1e-9));
}

static void measure(lnt_bench *bench, lnt_dtype dtype, const product *p, const shape *s)
{
    operands o = create(dtype, p, s);
    const lnt_bench_contender contenders[] = {{dtype == LNT_F32 ? run_f32 : run_f64, &o},
                                              {run_ours, &o}};
    lnt_bench_figures figures[2];
    compare(&o, &contenders[0]);
    const size_t rounds = lnt_bench_measure(contenders, 2, &bench->plan, figures);
    lnt_bench_check(o.status, "lnt_gemm");
    report(bench, dtype, p, s, figures, rounds);
    destroy(&o);
}

static void measure_shape(lnt_bench *bench, lnt_dtype dtype, const shape *s, int largest)
{
    if (s->rows > largest || s->inputs > largest || s->outputs > largest) {
        return;
    }
    for (size_t p = 0; p < PRODUCTS; p++) {
        measure(bench, dtype, &products[p], s);
    }
}

int main(int argc, const char **argv)
{
    int largest = LARGEST_SQUARE;
    struct poptOption options[] = {{"max-size", 'm', POPT_ARG_INT | POPT_ARGFLAG_SHOW_DEFAULT,
                                    &largest, 0, "leave out what has more rows or columns", "N"},
                                   POPT_TABLEEND};
    const lnt_bench_program program = {
        "bench_gemm",
        "Times lnt_gemm beside the bare CBLAS call, for the products of dense layers.", options, 7,
        0.25};
    lnt_bench bench;
    lnt_bench_read(&bench, &program, argc, argv);
    if (largest < SMALLEST_SQUARE || largest > LARGEST_SQUARE) {
        lnt_bench_misuse("--max-size: expected a number from %d to %d, found %d", SMALLEST_SQUARE,
                         LARGEST_SQUARE, largest);
    }
    lnt_bench_begin(&bench);
    for (size_t p = 0; p < PRODUCTS; p++) {
        printf("%s: %s%s", products[p].name, products[p].meaning, p + 1 < PRODUCTS ? ", " : "\n");
    }
    printf("%-5s %-4s %5s %5s %5s %9s %9s %7s  %6s  %13s  %9s\n", "dtype", "form", "rows", "in",
           "out", "cblas", "linnet", "GF/s", "ratio", "quartiles", "overhead");
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        for (size_t i = 0; bench.dtypes[dtype] && i < LAYERS; i++) {
            measure_shape(&bench, dtype, &layers[i], largest);
        }
        for (int n = SMALLEST_SQUARE; bench.dtypes[dtype] && n <= largest; n *= 2) {
            measure_shape(&bench, dtype, &(shape){n, n, n}, largest);
        }
    }
    return lnt_bench_end(&bench);
}
