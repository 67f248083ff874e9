/* SPDX-License-Identifier: MIT */
/*
 * Two workloads that others have published, and the memory of a third. `expm`: the exponentials of
 * 10,000 matrices of 2 by 2, by a net 4-32-16-4 with tanh, the whole as one batch, Adam; made known
 * by SimpleChains.jl. `mnist`: a net 784-30-10 of sigmoids, SGD; neural-fortran's. `memory`: bytes
 * of training L beside those on paper, and after many steps.
 */
#include "learner.h"
#include "nets.h"
#include "peak.h"
#include "program.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static lnt_net *create(lnt_dtype dtype, size_t inputs, const lnt_layer *layers, size_t n_layers,
                       const lnt_allocator *allocator)
{
    lnt_net_config config = lnt_net_defaults();
    config.dtype = dtype;
    config.inputs = inputs;
    config.layers = layers;
    config.n_layers = n_layers;
    config.allocator = allocator;
    lnt_net *net;
    lnt_bench_check(lnt_net_create(&net, &config), "creating a net");
    return net;
}

/* --- expm --- */

enum { MATRICES = 10000 };

/* e^A of a 2 by 2 matrix: Taylor's sum for A/2^10, squared ten times. */
static void exponential(const double a[4], double e[4])
{
    double scaled[4], term[4] = {1, 0, 0, 1}, next[4];
    memcpy(e, term, sizeof term);
    for (int i = 0; i < 4; i++) {
        scaled[i] = ldexp(a[i], -10);
    }
    for (int n = 1; n < 12; n++) {
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 2; j++) {
                next[2 * i + j] = (term[2 * i] * scaled[j] + term[2 * i + 1] * scaled[2 + j]) / n;
            }
        }
        for (int i = 0; i < 4; i++) {
            term[i] = next[i];
            e[i] += term[i];
        }
    }
    for (int n = 0; n < 10; n++) {
        const double s[4] = {e[0] * e[0] + e[1] * e[2], e[0] * e[1] + e[1] * e[3],
                             e[2] * e[0] + e[3] * e[2], e[2] * e[1] + e[3] * e[3]};
        memcpy(e, s, sizeof s);
    }
}

static void fill_expm(lnt_bench_learner *l)
{
    lnt_random random = lnt_random_init(1, 1);
    for (size_t i = 0; i < MATRICES; i++) {
        double a[4], e[4];
        for (size_t j = 0; j < 4; j++) {
            a[j] = lnt_random_normal(&random);
            lnt_bench_check(lnt_tensor_set(&l->x, i, j, a[j]), "setting x");
        }
        exponential(a, e);
        for (size_t j = 0; j < 4; j++) {
            lnt_bench_check(lnt_tensor_set(&l->y, i, j, e[j]), "setting y");
        }
    }
}

static void measure_expm(lnt_bench *bench, lnt_dtype dtype, int epochs)
{
    static const lnt_bench_net shape = {"expm", MATRICES, 3, {4, 32, 16, 4}};
    const lnt_layer layers[] = {lnt_dense(32, LNT_TANH), lnt_dense(16, LNT_TANH),
                                lnt_dense(4, LNT_IDENTITY)};
    const lnt_optim_config adam = lnt_optim_defaults(LNT_ADAM);
    lnt_bench_learner l = lnt_bench_create_learner(create(dtype, 4, layers, 3, NULL), MATRICES,
                                                   &adam, bench->threads);
    fill_expm(&l);
    lnt_bench_run_learner(&l, 1);
    const double first = l.value, flops = lnt_bench_step_flops(&shape, MATRICES);
    lnt_bench_peak peak = {.dtype = dtype, .flops = flops / bench->threads};
    const lnt_bench_contender contenders[] = {{lnt_bench_run_learner, &l},
                                              {lnt_bench_run_peak, &peak}};
    /* The epochs are the rounds' calls, and the rest of them. */
    lnt_bench_figures figures[2];
    const size_t rounds = lnt_bench_measure(contenders, 2, &bench->plan, figures);
    const size_t done = lnt_optim_steps(l.optim);
    if (done < (size_t) epochs) {
        lnt_bench_run_learner(&l, (size_t) epochs - done);
    }
    lnt_bench_check(l.status, "expm");
    const lnt_bench_figures *f = &figures[0];
    printf("expm %-4s threads %d: %.4f ms an epoch, %.3f s for %d, %.1f GF/s, %.3f of the peak "
           "(%.3f-%.3f), loss %.3g to %.3g after %zu\n",
           lnt_dtype_name(dtype), bench->threads, f->seconds.median * 1e3,
           f->seconds.median * epochs, epochs, flops / f->seconds.median * 1e-9, f->share.median,
           f->share.low, f->share.high, first, l.value, lnt_optim_steps(l.optim));
    lnt_bench_add(
        bench, json_pack("{s:s, s:s, s:i, s:i, s:o, s:o, s:f, s:f, s:f}", "workload", "expm",
                         "dtype", lnt_dtype_name(dtype), "epochs", epochs, "rounds", (int) rounds,
                         "epoch_ms", lnt_bench_json(&f->seconds, 1e3), "share_of_peak",
                         lnt_bench_json(&f->share, 1), "gflops", flops / f->seconds.median * 1e-9,
                         "first_loss", first, "last_loss", l.value));
    lnt_bench_destroy_learner(&l);
}

/* --- mnist --- */

static void measure_mnist(lnt_bench *bench, lnt_dtype dtype)
{
    static const size_t batches[] = {32, 1200};
    const lnt_layer layers[] = {lnt_dense(30, LNT_SIGMOID), lnt_dense(10, LNT_SIGMOID)};
    lnt_optim_config sgd = lnt_optim_defaults(LNT_SGD);
    sgd.learning_rate = 1e-3;
    for (size_t i = 0; i < sizeof batches / sizeof batches[0]; i++) {
        const lnt_bench_net shape = {"mnist", batches[i], 2, {784, 30, 10}};
        lnt_bench_learner l = lnt_bench_create_learner(create(dtype, 784, layers, 2, NULL),
                                                       batches[i], &sgd, bench->threads);
        const double flops = lnt_bench_step_flops(&shape, batches[i]);
        lnt_bench_peak peak = {.dtype = dtype, .flops = flops / bench->threads};
        const lnt_bench_contender contenders[] = {{lnt_bench_run_learner, &l},
                                                  {lnt_bench_run_peak, &peak}};
        lnt_bench_figures figures[2];
        const size_t rounds = lnt_bench_measure(contenders, 2, &bench->plan, figures);
        lnt_bench_check(l.status, "mnist");
        const lnt_bench_figures *f = &figures[0];
        const double rate = (double) batches[i] / f->seconds.median;
        printf("mnist %-4s threads %d, batches of %4zu: %.3g samples/s, %.3f of the peak "
               "(%.3f-%.3f)\n",
               lnt_dtype_name(dtype), bench->threads, batches[i], rate, f->share.median,
               f->share.low, f->share.high);
        lnt_bench_add(bench, json_pack("{s:s, s:s, s:i, s:i, s:f, s:o, s:o}", "workload", "mnist",
                                       "dtype", lnt_dtype_name(dtype), "rows", (int) batches[i],
                                       "rounds", (int) rounds, "samples_per_second", rate,
                                       "step_us", lnt_bench_json(&f->seconds, 1e6), "share_of_peak",
                                       lnt_bench_json(&f->share, 1)));
        lnt_bench_destroy_learner(&l);
    }
}

/* --- memory --- */

static void *count_bytes(void *context, size_t bytes, size_t alignment)
{
    *(size_t *) context += bytes;
    return aligned_alloc(alignment, bytes);
}

static void give_back(void *context, void *block)
{
    (void) context;
    free(block);
}

/* Of the process, in bytes; 0 where it is not told. */
static double resident(void)
{
    double kilobytes = 0;
    char line[128];
    FILE *file = fopen("/proc/self/status", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "VmRSS:", 6) == 0) {
            kilobytes = strtod(line + 6, NULL);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return kilobytes * 1024;
}

static void measure_memory(lnt_bench *bench, lnt_dtype dtype)
{
    const lnt_bench_net *net = &lnt_bench_nets[3];
    size_t bytes = 0;
    const lnt_allocator allocator = {count_bytes, give_back, &bytes};
    lnt_layer layers[LNT_BENCH_MOST_LAYERS];
    size_t numbers = 0, widest = 0, outputs = 0;
    for (size_t l = 0; l < net->n_layers; l++) {
        const size_t in = net->widths[l], out = net->widths[l + 1];
        layers[l] = lnt_dense(out, l + 1 < net->n_layers ? LNT_RELU : LNT_IDENTITY);
        numbers += (in + 1) * out;
        outputs += out;
        widest = out > widest ? out : widest;
    }
    /* Parameters, gradients and momentum; activations, and two layers' deltas. */
    const double paper =
        (double) lnt_dtype_size(dtype) *
        (3 * (double) numbers + (double) net->batch * (double) (outputs + 2 * widest));
    lnt_net *created = create(dtype, net->widths[0], layers, net->n_layers, &allocator);
    lnt_pass_config pass_config = lnt_pass_defaults();
    pass_config.max_rows = net->batch;
    pass_config.allocator = &allocator;
    lnt_pass *pass;
    lnt_bench_check(lnt_pass_create(&pass, created, &pass_config), "creating a pass");
    lnt_optim_config sgd = lnt_optim_defaults(LNT_SGD);
    sgd.momentum = 0.9;
    sgd.allocator = &allocator;
    lnt_optim *optim;
    lnt_bench_check(lnt_optim_create(&optim, created, &sgd), "creating an optimiser");
    printf("memory %-4s training L: %.2f MB, on paper %.2f MB, ratio %.4f\n", lnt_dtype_name(dtype),
           (double) bytes * 1e-6, paper * 1e-6, (double) bytes / paper);
    const double ratio = (double) bytes / paper;
    lnt_optim_destroy(optim);
    lnt_pass_destroy(pass);
    lnt_net_destroy(created);

    enum { STEPS = 10000 };
    const lnt_optim_config adam = lnt_optim_defaults(LNT_ADAM);
    lnt_bench_learner l = lnt_bench_create_learner(lnt_bench_create_net(&lnt_bench_nets[1], dtype),
                                                   32, &adam, bench->threads);
    lnt_bench_run_learner(&l, 100);
    const double before = resident();
    lnt_bench_run_learner(&l, STEPS);
    lnt_bench_check(l.status, "training S");
    const double growth = resident() - before;
    printf("memory %-4s training S: %.0f bytes more after %d steps\n", lnt_dtype_name(dtype),
           growth, STEPS);
    lnt_bench_destroy_learner(&l);
    lnt_bench_add(bench, json_pack("{s:s, s:s, s:f, s:f, s:f, s:f}", "workload", "memory", "dtype",
                                   lnt_dtype_name(dtype), "bytes", (double) bytes, "paper", paper,
                                   "ratio", ratio, "growth", growth));
}

int main(int argc, const char **argv)
{
    const char *which = "expm,mnist,memory";
    int epochs = 10000;
    struct poptOption options[] = {
        {"workloads", 'w', POPT_ARG_STRING | POPT_ARGFLAG_SHOW_DEFAULT, &which, 0, "which of them",
         "LIST"},
        {"epochs", 'e', POPT_ARG_INT | POPT_ARGFLAG_SHOW_DEFAULT, &epochs, 0, "of expm", "N"},
        POPT_TABLEEND};
    const lnt_bench_program program = {"bench_workloads", "Times published workloads.", options, 7,
                                       2};
    lnt_bench bench;
    lnt_bench_read(&bench, &program, argc, argv);
    if (epochs < 1) {
        lnt_bench_misuse("--epochs: expected a number above 0, found %d", epochs);
    }
    const bool expm = strstr(which, "expm") != NULL, mnist = strstr(which, "mnist") != NULL;
    const bool memory = strstr(which, "memory") != NULL;
    if (!expm && !mnist && !memory) {
        lnt_bench_misuse("--workloads: expected names out of expm,mnist,memory, found '%s'", which);
    }
    lnt_bench_begin(&bench);
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        if (!bench.dtypes[dtype]) {
            continue;
        }
        if (expm) {
            measure_expm(&bench, dtype, epochs);
        }
        if (mnist) {
            measure_mnist(&bench, dtype);
        }
        if (memory) {
            measure_memory(&bench, dtype);
        }
    }
    return lnt_bench_end(&bench);
}
