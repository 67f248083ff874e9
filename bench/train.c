/* SPDX-License-Identifier: MIT */
/*
 * Whole training steps (forward, backward with the mean squared error, a step of SGD) through the
 * public interface, beside the bare CBLAS products that such a step cannot do without. With
 * --inference: forward alone.
 */
#include "nets.h"
#include "program.h"

#include <math.h>
#include <stdio.h>

/* Small enough that millions of steps change the net a little and never break it. */
#define LEARNING_RATE 1e-4

typedef struct run {
    lnt_net *net;
    lnt_pass *pass;
    lnt_optim *optim; /* NULL for inference */
    lnt_loss loss;
    lnt_tensor x, y;
    double value; /* of the loss in the last step */
    lnt_status status;
} run;

static lnt_status step(run *r)
{
    LNT_TRY(lnt_pass_forward(r->pass, r->net, &r->x, NULL));
    LNT_TRY(lnt_pass_backward(r->pass, r->net, &r->loss, &r->y, NULL, &r->value));
    return lnt_optim_step(r->optim, r->net, r->pass);
}

static void run_steps(void *context, size_t calls)
{
    run *r = context;
    for (size_t i = 0; i < calls && r->status == LNT_OK; i++) {
        r->status = step(r);
    }
}

static void run_forwards(void *context, size_t calls)
{
    run *r = context;
    for (size_t i = 0; i < calls && r->status == LNT_OK; i++) {
        r->status = lnt_pass_forward(r->pass, r->net, &r->x, NULL);
    }
}

static lnt_tensor random_matrix(lnt_dtype dtype, size_t rows, size_t cols, uint64_t stream)
{
    lnt_tensor t =
        lnt_tensor_of(dtype, lnt_bench_allocate(rows * cols, lnt_dtype_size(dtype)), rows, cols);
    lnt_bench_randomise(&t, stream);
    return t;
}

static run create(const lnt_bench_net *net, lnt_dtype dtype, size_t rows, bool training)
{
    run r = {.net = lnt_bench_create_net(net, dtype), .loss = lnt_mse(LNT_MEAN)};
    lnt_pass_config pass = lnt_pass_defaults();
    pass.max_rows = rows;
    pass.mode = training ? LNT_TRAINING : LNT_INFERENCE;
    lnt_bench_check(lnt_pass_create(&r.pass, r.net, &pass), "creating a pass");
    if (training) {
        lnt_optim_config optim = lnt_optim_defaults();
        optim.learning_rate = LEARNING_RATE;
        lnt_bench_check(lnt_optim_create(&r.optim, r.net, &optim), "creating an optimiser");
    }
    r.x = random_matrix(dtype, rows, net->widths[0], 1);
    r.y = random_matrix(dtype, rows, net->widths[net->n_layers], 3);
    return r;
}

static void destroy(run *r)
{
    lnt_release(NULL, r->x.data);
    lnt_release(NULL, r->y.data);
    lnt_optim_destroy(r->optim);
    lnt_pass_destroy(r->pass);
    lnt_net_destroy(r->net);
}

/* --- the table --- */

static void print_header(bool inference)
{
    printf("%-4s %-5s %5s %10s %9s %9s %7s  %6s  %13s", "net", "dtype", "rows", "parameters",
           "gemm only", inference ? "forward" : "step", "GF/s", "ratio", "quartiles");
    printf(inference ? "  %9s\n" : "  %s\n", inference ? "gemv only" : "loss");
}

static void print_figures(const lnt_bench_net *net, const run *r, double flops,
                          const lnt_bench_figures figures[2])
{
    const lnt_bench_figures *bare = &figures[0], *ours = &figures[1];
    char bare_text[16], ours_text[16];
    printf("%-4s %-5s %5zu %10zu %9s %9s %7.1f  %6.3f  %6.3f %6.3f  ", net->name,
           lnt_dtype_name(r->x.dtype), r->x.rows, lnt_net_n_parameters(r->net),
           lnt_bench_time(bare->seconds.median, bare_text),
           lnt_bench_time(ours->seconds.median, ours_text), flops / ours->seconds.median * 1e-9,
           ours->ratio.median, ours->ratio.low, ours->ratio.high);
}

static json_t *json_of(const lnt_bench_net *net, const run *r, double flops, size_t rounds,
                       const lnt_bench_figures figures[2])
{
    return json_pack("{s:s, s:s, s:i, s:I, s:i, s:o, s:o, s:o, s:f}", "net", net->name, "dtype",
                     lnt_dtype_name(r->x.dtype), "rows", (int) r->x.rows, "parameters",
                     (json_int_t) lnt_net_n_parameters(r->net), "rounds", (int) rounds, "gemm_us",
                     lnt_bench_json(&figures[0].seconds, 1e6), "linnet_us",
                     lnt_bench_json(&figures[1].seconds, 1e6), "ratio",
                     lnt_bench_json(&figures[1].ratio, 1), "linnet_gflops",
                     flops / figures[1].seconds.median * 1e-9);
}

static void measure_training(lnt_bench *bench, const lnt_bench_net *net, lnt_dtype dtype)
{
    run r = create(net, dtype, net->batch, true);
    lnt_bench_products products = lnt_bench_create_products(net, r.net, net->batch, true);
    const lnt_bench_contender contenders[] = {{lnt_bench_run_products, &products}, {run_steps, &r}};
    run_steps(&r, 1);
    lnt_bench_check(r.status, "training");
    const double first = r.value;
    lnt_bench_figures figures[2];
    const size_t rounds = lnt_bench_measure(contenders, 2, &bench->plan, figures);
    lnt_bench_check(r.status, "training");
    if (!isfinite(r.value)) {
        lnt_bench_fail("net %s: the loss is no longer finite", net->name);
    }
    const double flops = lnt_bench_step_flops(net, net->batch);
    print_figures(net, &r, flops, figures);
    printf("%.3g to %.3g\n", first, r.value);
    json_t *result = json_of(net, &r, flops, rounds, figures);
    json_object_set_new(result, "first_loss", json_real(first));
    json_object_set_new(result, "last_loss", json_real(r.value));
    lnt_bench_add(bench, result);
    lnt_bench_destroy_products(&products);
    destroy(&r);
}

static void measure_inference(lnt_bench *bench, const lnt_bench_net *net, lnt_dtype dtype,
                              size_t rows)
{
    run r = create(net, dtype, rows, false);
    lnt_bench_products products = lnt_bench_create_products(net, r.net, rows, false);
    const lnt_bench_contender contenders[] = {
        {lnt_bench_run_products, &products}, {run_forwards, &r}, {lnt_bench_run_gemv, &products}};
    lnt_bench_figures figures[3];
    const size_t n = rows == 1 ? 3 : 2;
    const size_t rounds = lnt_bench_measure(contenders, n, &bench->plan, figures);
    lnt_bench_check(r.status, "inference");
    const double flops = lnt_bench_forward_flops(net, rows);
    print_figures(net, &r, flops, figures);
    json_t *result = json_of(net, &r, flops, rounds, figures);
    if (rows == 1) {
        char text[16];
        printf("%9s", lnt_bench_time(figures[2].seconds.median, text));
        json_object_set_new(result, "gemv_us", lnt_bench_json(&figures[2].seconds, 1e6));
    }
    putchar('\n');
    lnt_bench_add(bench, result);
    lnt_bench_destroy_products(&products);
    destroy(&r);
}

/* --- the command line --- */

static void measure(lnt_bench *bench, const lnt_bench_net *net, lnt_dtype dtype, bool inference)
{
    static const size_t batches[] = {1, 8, 64};
    if (!inference) {
        measure_training(bench, net, dtype);
        return;
    }
    for (size_t i = 0; i < sizeof batches / sizeof batches[0]; i++) {
        measure_inference(bench, net, dtype, batches[i]);
    }
}

int main(int argc, const char **argv)
{
    const char *nets = "T,S,M,L,XL";
    int inference = 0;
    struct poptOption options[] = {
        {"nets", 'n', POPT_ARG_STRING | POPT_ARGFLAG_SHOW_DEFAULT, &nets, 0, "which nets", "LIST"},
        {"inference", 'i', POPT_ARG_NONE, &inference, 0,
         "forward alone, on batches of 1, 8 and 64, in place of training steps", NULL},
        POPT_TABLEEND};
    const lnt_bench_program program = {
        "bench_train", "Times training steps beside their bare CBLAS products.", options, 7, 1};
    lnt_bench bench;
    lnt_bench_read(&bench, &program, argc, argv);
    bool chosen[LNT_BENCH_NETS] = {false};
    lnt_bench_choose_nets(nets, chosen);
    lnt_bench_begin(&bench);
    print_header(inference);
    for (size_t i = 0; i < LNT_BENCH_NETS; i++) {
        for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
            if (chosen[i] && bench.dtypes[dtype]) {
                measure(&bench, &lnt_bench_nets[i], dtype, inference);
            }
        }
    }
    return lnt_bench_end(&bench);
}
