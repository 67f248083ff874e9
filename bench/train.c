/* SPDX-License-Identifier: MIT */
/*
 * Whole training steps (forward, backward with the mean squared error, a step of SGD) through the
 * public interface, beside the bare CBLAS products that such a step cannot do without, each in its
 * best form, and beside the peak of the processor. With --inference: forward alone.
 */
#include "learner.h"
#include "nets.h"
#include "peak.h"
#include "program.h"

#include <math.h>
#include <stdio.h>

/* Small enough that millions of steps change the net a little and never break it. */
#define LEARNING_RATE 1e-4

enum { BARE, OURS, GEMV, MOST };

/* What to measure: options. */
static int scaling, inference;

/* The bare products, with as many threads of BLAS as the pass has. */
typedef struct bare {
    lnt_bench_products products;
    int threads;
    void (*run)(void *products, size_t calls);
} bare;

static void run_bare(void *context, size_t calls)
{
    bare *b = context;
    lnt_bench_check(lnt_blas_set_threads(b->threads), "lnt_blas_set_threads");
    b->run(&b->products, calls);
}

/* --- the table --- */

static void print_header(void)
{
    printf("%-6s %-5s %5s %10s %9s %9s %7s  %6s  %13s  %6s  %13s", "net", "dtype", "rows",
           "parameters", "gemm only", inference ? "forward" : "step", "GF/s", "ratio", "quartiles",
           "peak", "quartiles");
    printf(inference ? "  %9s\n" : "  %s\n", inference ? "gemv only" : "loss");
}

static void print_figures(const lnt_bench_net *net, const lnt_bench_learner *l, double flops,
                          const lnt_bench_figures *figures)
{
    const lnt_bench_figures *ours = &figures[OURS];
    char bare_text[16], ours_text[16];
    printf("%-6s %-5s %5zu %10zu %9s %9s %7.1f  %6.3f  %6.3f %6.3f  %6.3f  %6.3f %6.3f  ",
           net->name, lnt_dtype_name(l->x.dtype), l->x.rows, lnt_net_n_parameters(l->net),
           lnt_bench_time(figures[BARE].seconds.median, bare_text),
           lnt_bench_time(ours->seconds.median, ours_text), flops / ours->seconds.median * 1e-9,
           ours->ratio.median, ours->ratio.low, ours->ratio.high, ours->share.median,
           ours->share.low, ours->share.high);
}

static json_t *json_of(const lnt_bench_net *net, const lnt_bench_learner *l, double flops,
                       size_t rounds, const lnt_bench_figures *figures)
{
    const lnt_bench_figures *b = &figures[BARE], *ours = &figures[OURS];
    return json_pack(
        "{s:s, s:s, s:i, s:i, s:I, s:i, s:o, s:o, s:o, s:o, s:o, s:f}", "net", net->name, "dtype",
        lnt_dtype_name(l->x.dtype), "width", (int) net->widths[1], "rows", (int) l->x.rows,
        "parameters", (json_int_t) lnt_net_n_parameters(l->net), "rounds", (int) rounds, "gemm_us",
        lnt_bench_json(&b->seconds, 1e6), "linnet_us", lnt_bench_json(&ours->seconds, 1e6), "ratio",
        lnt_bench_json(&ours->ratio, 1), "gemm_share_of_peak", lnt_bench_json(&b->share, 1),
        "share_of_peak", lnt_bench_json(&ours->share, 1), "linnet_gflops",
        flops / ours->seconds.median * 1e-9);
}

static void measure(lnt_bench *bench, const lnt_bench_net *net, lnt_dtype dtype, size_t rows,
                    bool training)
{
    lnt_net *created = lnt_bench_create_net(net, dtype);
    bare b = {.products = lnt_bench_create_products(net, created, rows, training),
              .threads = bench->threads,
              .run = lnt_bench_run_products};
    bare by_gemv = {.products = b.products, .threads = bench->threads, .run = lnt_bench_run_gemv};
    lnt_optim_config sgd = lnt_optim_defaults(LNT_SGD);
    sgd.learning_rate = LEARNING_RATE;
    lnt_bench_learner l =
        lnt_bench_create_learner(created, rows, training ? &sgd : NULL, bench->threads);
    const double flops =
        training ? lnt_bench_step_flops(net, rows) : lnt_bench_forward_flops(net, rows);
    /* One thread's peak, for as many operations as one of the threads does. */
    lnt_bench_peak peak = {.dtype = dtype, .flops = flops / bench->threads};
    lnt_bench_contender contenders[MOST + 1] = {{run_bare, &b}, {lnt_bench_run_learner, &l}};
    size_t n = 2;
    if (!training && rows == 1) {
        contenders[n++] = (lnt_bench_contender){run_bare, &by_gemv};
    }
    contenders[n++] = (lnt_bench_contender){lnt_bench_run_peak, &peak};
    lnt_bench_run_learner(&l, 1);
    lnt_bench_check(l.status, "a step");
    const double first = l.value;
    lnt_bench_figures figures[MOST + 1];
    const size_t rounds = lnt_bench_measure(contenders, n, &bench->plan, figures);
    lnt_bench_check(l.status, "a step");
    if (!isfinite(l.value)) {
        lnt_bench_fail("net %s: the loss is no longer finite", net->name);
    }
    print_figures(net, &l, flops, figures);
    json_t *result = json_of(net, &l, flops, rounds, figures);
    if (training) {
        printf("%.3g to %.3g", first, l.value);
        json_object_set_new(result, "first_loss", json_real(first));
        json_object_set_new(result, "last_loss", json_real(l.value));
    } else if (rows == 1) {
        char text[16];
        printf("%9s", lnt_bench_time(figures[GEMV].seconds.median, text));
        json_object_set_new(result, "gemv_us", lnt_bench_json(&figures[GEMV].seconds, 1e6));
    }
    putchar('\n');
    lnt_bench_add(bench, result);
    lnt_bench_destroy_products(&b.products);
    lnt_bench_destroy_learner(&l);
}

/* --- threads --- */

/* The step, or the forward, with several threads beside one, on nets that are alike. */
static void measure_scaling(lnt_bench *bench, const lnt_bench_net *net, lnt_dtype dtype,
                            size_t rows, bool training)
{
    enum { MANY, ONE };
    lnt_optim_config sgd = lnt_optim_defaults(LNT_SGD);
    sgd.learning_rate = LEARNING_RATE;
    lnt_bench_learner l[2];
    for (int i = MANY; i <= ONE; i++) {
        l[i] = lnt_bench_create_learner(lnt_bench_create_net(net, dtype), rows,
                                        training ? &sgd : NULL, i == MANY ? bench->threads : 1);
    }
    const lnt_bench_contender contenders[] = {{lnt_bench_run_learner, &l[MANY]},
                                              {lnt_bench_run_learner, &l[ONE]}};
    lnt_bench_figures f[2];
    const size_t rounds = lnt_bench_measure(contenders, 2, &bench->plan, f);
    lnt_bench_check(l[MANY].status, "a step");
    lnt_bench_check(l[ONE].status, "a step");
    char one[16], many[16];
    printf("%-6s %-5s %5zu %9s %9s  %6.3f  %6.3f %6.3f\n", net->name, lnt_dtype_name(dtype), rows,
           lnt_bench_time(f[ONE].seconds.median, one), lnt_bench_time(f[MANY].seconds.median, many),
           f[MANY].share.median, f[MANY].share.low, f[MANY].share.high);
    lnt_bench_add(bench, json_pack("{s:s, s:s, s:i, s:i, s:o, s:o, s:o}", "net", net->name, "dtype",
                                   lnt_dtype_name(dtype), "rows", (int) rows, "rounds",
                                   (int) rounds, "one_us", lnt_bench_json(&f[ONE].seconds, 1e6),
                                   "many_us", lnt_bench_json(&f[MANY].seconds, 1e6), "times_faster",
                                   lnt_bench_json(&f[MANY].share, 1)));
    for (int i = MANY; i <= ONE; i++) {
        lnt_bench_destroy_learner(&l[i]);
    }
}

/* --- the command line --- */

static void measure_net(lnt_bench *bench, const lnt_bench_net *net, lnt_dtype dtype, int batch)
{
    static const size_t batches[] = {1, 8, 64};
    const bool one = batch > 0 || !inference;
    for (size_t i = 0; i < (one ? 1 : sizeof batches / sizeof batches[0]); i++) {
        const size_t rows = batch > 0 ? (size_t) batch : inference ? batches[i] : net->batch;
        (scaling ? measure_scaling : measure)(bench, net, dtype, rows, !inference);
    }
}

/* Three layers of one width. */
static lnt_bench_net net_of_width(int width)
{
    const size_t w = (size_t) width;
    return (lnt_bench_net){.name = "width", .batch = 64, .n_layers = 3, .widths = {w, w, w, w}};
}

int main(int argc, const char **argv)
{
    const char *nets = "T,S,M,L,XL";
    int batch = 0, width = 0;
    struct poptOption options[] = {
        {"nets", 'n', POPT_ARG_STRING | POPT_ARGFLAG_SHOW_DEFAULT, &nets, 0, "which nets", "LIST"},
        {"width", 'w', POPT_ARG_INT, &width, 0, "a net of three layers of that width instead", "N"},
        {"batch", 'b', POPT_ARG_INT, &batch, 0, "rows of a batch, in place of the net's own", "N"},
        {"inference", 'i', POPT_ARG_NONE, &inference, 0,
         "forward alone, on batches of 1, 8 and 64, in place of training steps", NULL},
        {"scaling", 's', POPT_ARG_NONE, &scaling, 0,
         "--threads beside one thread, in place of bare products", NULL},
        POPT_TABLEEND};
    const lnt_bench_program program = {
        "bench_train", "Times training steps beside their bare CBLAS products.", options, 7, 1};
    lnt_bench bench;
    lnt_bench_read(&bench, &program, argc, argv);
    bool chosen[LNT_BENCH_NETS] = {false};
    lnt_bench_choose_nets(nets, chosen);
    if (width < 0 || width > 16384 || batch < 0 || batch > 65536) {
        lnt_bench_misuse("expected a --width up to 16384 and a --batch up to 65536");
    }
    if (scaling && bench.threads < 2) {
        lnt_bench_misuse("--scaling: expected --threads above 1");
    }
    lnt_bench_begin(&bench);
    if (scaling) {
        printf("%-6s %-5s %5s %9s %9s  %6s  %13s\n", "net", "dtype", "rows", "1 thread", "threads",
               "faster", "quartiles");
    } else {
        print_header();
    }
    const lnt_bench_net own = net_of_width(width);
    for (size_t i = 0; i < (width > 0 ? 1 : LNT_BENCH_NETS); i++) {
        for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
            if ((width > 0 || chosen[i]) && bench.dtypes[dtype]) {
                measure_net(&bench, width > 0 ? &own : &lnt_bench_nets[i], dtype, batch);
            }
        }
    }
    return lnt_bench_end(&bench);
}
