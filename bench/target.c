/* SPDX-License-Identifier: MIT */
/*
 * Whole runs: lnt_fit on the digits in data/, from the initial parameters until the training loss
 * of an epoch is down to a target, with shuffling, gathering of batches, the loss, Adam and the
 * creation of everything; beside the bare CBLAS products of as many steps, and the peak.
 */
#include "nets.h"
#include "peak.h"
#include "program.h"

#include <math.h>
#include <string.h>

enum { BARE, OURS, PEAK, CONTENDERS, BATCH = 32 };

static const lnt_bench_net shape = {"digits", BATCH, 2, {64, 128, 10}};

typedef struct run {
    lnt_tensor x, y;
    int threads;
    double target;
    size_t most_epochs;
    lnt_fit_result result; /* of the last run */
} run;

static bool go_on(const lnt_fit_progress *progress, void *context)
{
    const run *r = context;
    return !progress->epoch_end || progress->train_loss > r->target;
}

static void run_fit(void *context, size_t calls)
{
    run *r = context;
    lnt_fit_config fit = lnt_fit_defaults();
    fit.epochs = r->most_epochs;
    fit.batch_rows = BATCH;
    fit.loss = lnt_softmax_cross_entropy(LNT_MEAN);
    fit.threads = (unsigned) r->threads;
    fit.callback = go_on;
    fit.callback_context = r;
    lnt_bench_check(lnt_blas_set_threads(1), "lnt_blas_set_threads");
    for (size_t i = 0; i < calls; i++) {
        lnt_net *net = lnt_bench_create_net(&shape, r->x.dtype);
        lnt_bench_check(lnt_fit(net, &r->x, &r->y, &fit, &r->result, NULL), "lnt_fit");
        lnt_net_destroy(net);
    }
}

/* The products of all steps of a run. */
typedef struct bare {
    lnt_bench_products products;
    size_t steps;
    int threads;
} bare;

static void run_bare(void *context, size_t calls)
{
    bare *b = context;
    lnt_bench_check(lnt_blas_set_threads(b->threads), "lnt_blas_set_threads");
    lnt_bench_run_products(&b->products, calls * b->steps);
}

/* Pixels from 0 to 1 and, as I32, the digits, which are the last column. */
static run read(const char *path, lnt_dtype dtype)
{
    lnt_read_options options = lnt_read_defaults();
    options.dtype = dtype;
    lnt_frame *frame;
    lnt_error error;
    if (lnt_csv_read(&frame, path, &options, &error) != LNT_OK) {
        lnt_bench_fail("%s", error.message);
    }
    const lnt_tensor all = lnt_frame_values(frame);
    const size_t inputs = shape.widths[0];
    if (all.cols != inputs + 1) {
        lnt_bench_fail("%s: expected %zu columns, found %zu", path, inputs + 1, all.cols);
    }
    run r = {
        .x = lnt_tensor_view(dtype, lnt_bench_allocate(all.rows * inputs, lnt_dtype_size(dtype)),
                             all.rows, inputs),
        .y = lnt_tensor_view(LNT_I32, lnt_bench_allocate(all.rows, sizeof(int32_t)), all.rows, 1)};
    lnt_tensor pixels, digits;
    lnt_bench_check(lnt_slice_cols(&all, 0, inputs, 1, &pixels), "the inputs");
    lnt_bench_check(lnt_slice_cols(&all, inputs, 1, 1, &digits), "the targets");
    lnt_bench_check(lnt_copy(&pixels, &r.x), "the inputs");
    lnt_bench_check(lnt_scale(1.0 / 16, &r.x), "the inputs");
    lnt_bench_check(lnt_copy(&digits, &r.y), "the targets");
    lnt_frame_destroy(frame);
    return r;
}

static void measure(lnt_bench *bench, const char *path, lnt_dtype dtype, double target, int epochs)
{
    run r = read(path, dtype);
    r.threads = bench->threads;
    r.target = target;
    r.most_epochs = (size_t) epochs;
    run_fit(&r, 1);
    const lnt_fit_result first = r.result;
    if (first.end != LNT_END_CALLBACK) {
        lnt_bench_fail("the loss was still %g after %d epochs", first.train_loss, epochs);
    }
    lnt_net *net = lnt_bench_create_net(&shape, dtype);
    bare b = {.products = lnt_bench_create_products(&shape, net, BATCH, true),
              .steps = first.steps,
              .threads = bench->threads};
    const double flops = lnt_bench_step_flops(&shape, first.epochs * r.x.rows);
    lnt_bench_peak peak = {.dtype = dtype, .flops = flops / bench->threads};
    const lnt_bench_contender contenders[CONTENDERS] = {
        {run_bare, &b}, {run_fit, &r}, {lnt_bench_run_peak, &peak}};
    lnt_bench_figures f[CONTENDERS];
    const size_t rounds = lnt_bench_measure(contenders, CONTENDERS, &bench->plan, f);
    if (r.result.train_loss != first.train_loss) {
        lnt_bench_fail("runs from the same start end differently");
    }
    char gemm[16], ours[16];
    printf("%-5s %7d %6zu %6zu %8.4f %8.4f %9s %9s  %6.3f  %6.3f %6.3f  %6.3f  %6.3f %6.3f\n",
           lnt_dtype_name(dtype), bench->threads, first.epochs, first.steps, first.train_loss,
           first.train_accuracy, lnt_bench_time(f[BARE].seconds.median, gemm),
           lnt_bench_time(f[OURS].seconds.median, ours), f[OURS].ratio.median, f[OURS].ratio.low,
           f[OURS].ratio.high, f[OURS].share.median, f[OURS].share.low, f[OURS].share.high);
    lnt_bench_add(bench, json_pack("{s:s, s:i, s:i, s:i, s:f, s:f, s:i, s:o, s:o, s:o, s:o}",
                                   "dtype", lnt_dtype_name(dtype), "threads", bench->threads,
                                   "epochs", (int) first.epochs, "steps", (int) first.steps, "loss",
                                   first.train_loss, "accuracy", first.train_accuracy, "rounds",
                                   (int) rounds, "gemm_ms", lnt_bench_json(&f[BARE].seconds, 1e3),
                                   "run_ms", lnt_bench_json(&f[OURS].seconds, 1e3), "ratio",
                                   lnt_bench_json(&f[OURS].ratio, 1), "share_of_peak",
                                   lnt_bench_json(&f[OURS].share, 1)));
    lnt_bench_destroy_products(&b.products);
    lnt_net_destroy(net);
    lnt_release(NULL, r.x.data);
    lnt_release(NULL, r.y.data);
}

int main(int argc, const char **argv)
{
    const char *path = LNT_BENCH_DIGITS;
    double target = 0.01;
    int epochs = 1000;
    struct poptOption options[] = {
        {"data", 'D', POPT_ARG_STRING | POPT_ARGFLAG_SHOW_DEFAULT, &path, 0,
         "64 pixels and the digit in a row", "FILE"},
        {"target", 'T', POPT_ARG_DOUBLE | POPT_ARGFLAG_SHOW_DEFAULT, &target, 0,
         "mean cross-entropy of an epoch at which a run ends", "LOSS"},
        {"epochs", 'e', POPT_ARG_INT | POPT_ARGFLAG_SHOW_DEFAULT, &epochs, 0, "at most", "N"},
        POPT_TABLEEND};
    const lnt_bench_program program = {
        "bench_target", "Times whole runs of lnt_fit to a target loss.", options, 7, 2};
    lnt_bench bench;
    lnt_bench_read(&bench, &program, argc, argv);
    if (!(target > 0) || epochs < 1) {
        lnt_bench_misuse("expected a --target above 0 and --epochs from 1");
    }
    lnt_bench_begin(&bench);
    printf("64-128-10, ReLU, softmax cross-entropy, Adam, batches of %d, to a loss of %g\n", BATCH,
           target);
    printf("%-5s %7s %6s %6s %8s %8s %9s %9s  %6s  %13s  %6s  %13s\n", "dtype", "threads", "epochs",
           "steps", "loss", "accuracy", "gemm only", "run", "ratio", "quartiles", "peak",
           "quartiles");
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        if (bench.dtypes[dtype]) {
            measure(&bench, path, dtype, target, epochs);
        }
    }
    return lnt_bench_end(&bench);
}
