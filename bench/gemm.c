/* SPDX-License-Identifier: MIT */
/*
 * The three products of a dense layer, for the shapes of typical nets and for squares, on the same
 * operands in turn: by the CBLAS call, by lnt_gemm, and by the library's own kernels as passes plan
 * them; each beside the peak of the processor.
 */
#include "bare.h"
#include "peak.h"
#include "program.h"
#include "tensor/product/product.h"

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

/* --- the contenders, on one set of operands --- */

enum { CBLAS, GEMM, OWN, PEAK, CONTENDERS };

typedef struct operands {
    lnt_tensor a, b, c;     /* as lnt_gemm takes them: views, maybe transposed */
    lnt_bench_product bare; /* as CBLAS does */
    lnt_product own;        /* as a pass does */
    lnt_team *team;
    char *scratch;
    size_t scratch_size; /* of a member */
    int threads;
    lnt_status status;
} operands;

static void run_gemm(void *context, size_t calls)
{
    operands *o = context;
    lnt_bench_check(lnt_blas_set_threads(o->threads), "lnt_blas_set_threads");
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
    lnt_bench_check(lnt_blas_set_threads(o->threads), "lnt_blas_set_threads");
    for (size_t i = 0; i < calls; i++) {
        lnt_bench_bare_f32(&o->bare);
    }
}

static void run_f64(void *context, size_t calls)
{
    const operands *o = context;
    lnt_bench_check(lnt_blas_set_threads(o->threads), "lnt_blas_set_threads");
    for (size_t i = 0; i < calls; i++) {
        lnt_bench_bare_f64(&o->bare);
    }
}

static void run_share(void *context, unsigned member)
{
    const operands *o = context;
    lnt_product_share(&o->own, (lnt_share){member, (unsigned) o->threads},
                      o->scratch + member * o->scratch_size);
}

static void run_own(void *context, size_t calls)
{
    operands *o = context;
    if (o->threads == 1) {
        for (size_t i = 0; i < calls; i++) {
            o->own.run(&o->own, o->scratch);
        }
        return;
    }
    lnt_team_set_spin(o->team, true);
    for (size_t i = 0; i < calls; i++) {
        lnt_team_run(o->team, run_share, o);
    }
    lnt_team_set_spin(o->team, false);
}

/* A matrix [rows, cols] as an operand, stored transposed if the product wants it so. */
static lnt_tensor operand(lnt_dtype dtype, int rows, int cols, bool transposed, uint64_t stream)
{
    const size_t r = (size_t) (transposed ? cols : rows), c = (size_t) (transposed ? rows : cols);
    void *data = lnt_bench_allocate(r * c, lnt_dtype_size(dtype));
    lnt_tensor stored = lnt_tensor_view(dtype, data, r, c);
    lnt_bench_randomise(&stored, stream);
    return transposed ? lnt_transpose(&stored) : stored;
}

static operands create(lnt_dtype dtype, const product *p, const shape *s, int threads)
{
    const int m = p->a_transposed ? s->inputs : s->rows;
    const int n = p->b_transposed ? s->inputs : s->outputs;
    const int k = p->a_transposed ? s->rows : p->b_transposed ? s->outputs : s->inputs;
    operands o = {.a = operand(dtype, m, k, p->a_transposed, 1),
                  .b = operand(dtype, k, n, p->b_transposed, 2),
                  .c = operand(dtype, m, n, false, 3),
                  .threads = threads,
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
    o.own = (lnt_product){.dtype = dtype,
                          .m = o.c.rows,
                          .n = o.c.cols,
                          .k = o.a.cols,
                          .a = o.a.data,
                          .a_row = o.a.row_stride,
                          .a_col = o.a.col_stride,
                          .b = o.b.data,
                          .b_row = o.b.row_stride,
                          .b_col = o.b.col_stride,
                          .c = o.c.data,
                          .c_row = o.c.row_stride};
    lnt_product_plan(&o.own, LNT_PRODUCT_OWN);
    o.scratch_size = (lnt_product_scratch(&o.own) + LNT_ALIGNMENT - 1) / LNT_ALIGNMENT;
    o.scratch_size *= LNT_ALIGNMENT;
    o.scratch = lnt_bench_allocate((size_t) threads, o.scratch_size);
    if (threads > 1) {
        lnt_bench_check(lnt_team_create(&o.team, (unsigned) threads, NULL), "creating threads");
    }
    return o;
}

static void destroy(operands *o)
{
    lnt_release(NULL, o->a.data);
    lnt_release(NULL, o->b.data);
    lnt_release(NULL, o->c.data);
    lnt_release(NULL, o->scratch);
    lnt_team_destroy(o->team);
}

/* All must compute the same: two sums of k products of numbers below 1, rounded in any order. */
static void compare(operands *o, const lnt_bench_contender *contenders)
{
    static const char *const names[] = {"CBLAS", "lnt_gemm", "the library's own kernels"};
    const lnt_tensor *c = &o->c;
    lnt_tensor copy =
        lnt_tensor_view(c->dtype, lnt_bench_allocate(c->rows * c->cols, lnt_dtype_size(c->dtype)),
                        c->rows, c->cols);
    const double k = o->bare.k, unit = (c->dtype == LNT_F32 ? FLT_EPSILON : DBL_EPSILON) / 2;
    const double bound = 2 * k * (k * unit / (1 - k * unit));
    for (int other = GEMM; other <= OWN; other++) {
        contenders[CBLAS].run(o, 1);
        lnt_bench_check(lnt_copy(c, &copy), "copying the product");
        contenders[other].run(o, 1);
        lnt_bench_check(o->status, "lnt_gemm");
        lnt_bench_check(lnt_axpy(-1, c, &copy), "comparing the products");
        double difference;
        lnt_bench_check(lnt_norm(LNT_NORM_MAX, &copy, &difference), "comparing the products");
        if (!(difference <= bound)) {
            lnt_bench_fail("%s and CBLAS differ by %g, more than %g", names[other], difference,
                           bound);
        }
    }
    lnt_release(NULL, copy.data);
}

/* --- the table --- */

static void report(lnt_bench *bench, const operands *o, const product *p, const shape *s,
                   const lnt_bench_figures *f, size_t rounds)
{
    const double flops = 2.0 * s->rows * s->inputs * s->outputs;
    const char *dtype = lnt_dtype_name(o->c.dtype);
    const char *choice = lnt_product_choose(&o->own) == LNT_PRODUCT_OWN ? "own" : "blas";
    char cblas[16], gemm[16], own[16];
    printf("%-5s %-4s %5d %5d %5d %9s %9s  %6.3f  %6.3f %6.3f %9s  %6.3f  %6.3f %6.3f  %6.3f "
           "%6.3f  %s\n",
           dtype, p->name, s->rows, s->inputs, s->outputs,
           lnt_bench_time(f[CBLAS].seconds.median, cblas),
           lnt_bench_time(f[GEMM].seconds.median, gemm), f[GEMM].ratio.median, f[GEMM].ratio.low,
           f[GEMM].ratio.high, lnt_bench_time(f[OWN].seconds.median, own), f[OWN].ratio.median,
           f[OWN].ratio.low, f[OWN].ratio.high, f[CBLAS].share.median, f[OWN].share.median, choice);
    json_t *result =
        json_pack("{s:s, s:s, s:i, s:i, s:i, s:i, s:f, s:s}", "dtype", dtype, "product", p->name,
                  "rows", s->rows, "inputs", s->inputs, "outputs", s->outputs, "rounds",
                  (int) rounds, "flops", flops, "choice", choice);
    static const char *const names[] = {"cblas", "lnt_gemm", "own"};
    for (int c = CBLAS; c <= OWN; c++) {
        json_object_set_new(result, names[c],
                            json_pack("{s:o, s:o, s:o, s:f}", "ns",
                                      lnt_bench_json(&f[c].seconds, 1e9), "ratio",
                                      lnt_bench_json(&f[c].ratio, 1), "share_of_peak",
                                      lnt_bench_json(&f[c].share, 1), "gflops",
                                      flops / f[c].seconds.median * 1e-9));
    }
    lnt_bench_add(bench, result);
}

static void measure(lnt_bench *bench, lnt_dtype dtype, const product *p, const shape *s)
{
    operands o = create(dtype, p, s, bench->threads);
    lnt_bench_peak peak = {.dtype = dtype,
                           .flops = 2.0 * s->rows * s->inputs * s->outputs / bench->threads};
    const lnt_bench_contender contenders[CONTENDERS] = {{dtype == LNT_F32 ? run_f32 : run_f64, &o},
                                                        {run_gemm, &o},
                                                        {run_own, &o},
                                                        {lnt_bench_run_peak, &peak}};
    lnt_bench_figures figures[CONTENDERS];
    compare(&o, contenders);
    const size_t rounds = lnt_bench_measure(contenders, CONTENDERS, &bench->plan, figures);
    lnt_bench_check(o.status, "lnt_gemm");
    report(bench, &o, p, s, figures, rounds);
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
        "Times products of dense layers: the bare CBLAS call, lnt_gemm, and own kernels.", options,
        7, 0.25};
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
    printf("ratios to cblas with quartiles; shares of the peak; whom a pass chooses\n");
    printf("%-5s %-4s %5s %5s %5s %9s %9s  %6s  %13s %9s  %6s  %13s  %6s %6s  %s\n", "dtype",
           "form", "rows", "in", "out", "cblas", "lnt_gemm", "ratio", "quartiles", "own", "ratio",
           "quartiles", "cblas", "own", "choice");
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
