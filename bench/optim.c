/* SPDX-License-Identifier: MIT */
/*
 * A step of each optimiser, on the parameters of a net, beside the least that such a step must do:
 * the simplest loop that reads the gradient, and reads and writes the parameters and each of the
 * method's vectors. For Muon, whose matrices are multiplied, it is the bare CBLAS products.
 */
#include "nets.h"
#include "program.h"

#include <math.h>
#include <stdio.h>

enum { MOST_STATES = 3, MUON_ITERATIONS = 5, MUON_PRODUCTS = 3 };

/* Methods as they are by default, but for what is said; `states` counts vectors kept. */
static const struct method {
    const char *name;
    lnt_optim_kind kind;
    size_t states;
    double momentum;
    bool centered;
    double clip_norm;
    double ema_decay;
} methods[] = {
    {.name = "sgd", .kind = LNT_SGD},
    {.name = "sgd, momentum", .kind = LNT_SGD, .states = 1, .momentum = 0.9},
    {.name = "rmsprop", .kind = LNT_RMSPROP, .states = 1},
    {.name = "rmsprop, all", .kind = LNT_RMSPROP, .states = 3, .momentum = 0.9, .centered = true},
    {.name = "adagrad", .kind = LNT_ADAGRAD, .states = 1},
    {.name = "adam", .kind = LNT_ADAM, .states = 2},
    {.name = "adamw", .kind = LNT_ADAMW, .states = 2},
    {.name = "adamw, clip", .kind = LNT_ADAMW, .states = 2, .clip_norm = 1},
    {.name = "adamw, ema", .kind = LNT_ADAMW, .states = 3, .ema_decay = 0.999},
    {.name = "nadam", .kind = LNT_NADAM, .states = 2},
    {.name = "amsgrad", .kind = LNT_AMSGRAD, .states = 3},
    {.name = "rprop", .kind = LNT_RPROP, .states = 2},
    {.name = "muon", .kind = LNT_MUON, .momentum = 0.95},
};

enum { METHODS = sizeof methods / sizeof methods[0] };

/* --- the bound --- */

/* The gradient, and what is moved by it: the parameters, then the method's vectors. */
typedef struct stream {
    size_t n;
    const void *g;
    void *moved[1 + MOST_STATES];
} stream;

/* One addition for each number that is written. */
#define LOOPS(TARGET, REAL, T)                                                                     \
    TARGET static void stream_##T##_0(void *context, size_t calls)                                 \
    {                                                                                              \
        const stream *s = context;                                                                 \
        const REAL *restrict g = s->g;                                                             \
        REAL *restrict a = s->moved[0];                                                            \
        for (size_t call = 0; call < calls; call++) {                                              \
            for (size_t i = 0; i < s->n; i++) {                                                    \
                a[i] += g[i];                                                                      \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    TARGET static void stream_##T##_1(void *context, size_t calls)                                 \
    {                                                                                              \
        const stream *s = context;                                                                 \
        const REAL *restrict g = s->g;                                                             \
        REAL *restrict a = s->moved[0], *restrict b = s->moved[1];                                 \
        for (size_t call = 0; call < calls; call++) {                                              \
            for (size_t i = 0; i < s->n; i++) {                                                    \
                a[i] += g[i];                                                                      \
                b[i] += g[i];                                                                      \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    TARGET static void stream_##T##_2(void *context, size_t calls)                                 \
    {                                                                                              \
        const stream *s = context;                                                                 \
        const REAL *restrict g = s->g;                                                             \
        REAL *restrict a = s->moved[0], *restrict b = s->moved[1], *restrict c = s->moved[2];      \
        for (size_t call = 0; call < calls; call++) {                                              \
            for (size_t i = 0; i < s->n; i++) {                                                    \
                a[i] += g[i];                                                                      \
                b[i] += g[i];                                                                      \
                c[i] += g[i];                                                                      \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    TARGET static void stream_##T##_3(void *context, size_t calls)                                 \
    {                                                                                              \
        const stream *s = context;                                                                 \
        const REAL *restrict g = s->g;                                                             \
        REAL *restrict a = s->moved[0], *restrict b = s->moved[1];                                 \
        REAL *restrict c = s->moved[2], *restrict d = s->moved[3];                                 \
        for (size_t call = 0; call < calls; call++) {                                              \
            for (size_t i = 0; i < s->n; i++) {                                                    \
                a[i] += g[i];                                                                      \
                b[i] += g[i];                                                                      \
                c[i] += g[i];                                                                      \
                d[i] += g[i];                                                                      \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static void (*const streams_##T[])(void *, size_t) = {stream_##T##_0, stream_##T##_1,          \
                                                          stream_##T##_2, stream_##T##_3};

LOOPS(, float, f32)
LOOPS(, double, f64)
#if defined(__x86_64__) && defined(__GNUC__)
#define AVX2 __attribute__((target("avx2")))
LOOPS(AVX2, float, avx2_f32)
LOOPS(AVX2, double, avx2_f64)
#endif
#undef LOOPS

typedef void (*loop)(void *context, size_t calls);

/* In the widest vectors that the library's own loops may use. */
static loop stream_of(lnt_dtype dtype, size_t states)
{
#ifdef AVX2
    if (__builtin_cpu_supports("avx2")) {
        return dtype == LNT_F32 ? streams_avx2_f32[states] : streams_avx2_f64[states];
    }
#endif
    return dtype == LNT_F32 ? streams_f32[states] : streams_f64[states];
}

/* Muon's products for every weight of the net, on memory of their own. */
typedef struct polynomials {
    lnt_dtype dtype;
    size_t count;
    lnt_bench_product list[MUON_PRODUCTS * LNT_BENCH_MOST_LAYERS];
} polynomials;

static void run_polynomials(void *context, size_t calls)
{
    const polynomials *p = context;
    for (size_t i = 0; i < calls * MUON_ITERATIONS; i++) {
        for (size_t j = 0; j < p->count; j++) {
            if (p->dtype == LNT_F32) {
                lnt_bench_bare_f32(&p->list[j]);
            } else {
                lnt_bench_bare_f64(&p->list[j]);
            }
        }
    }
}

/* X·Xᵀ, its square, and the polynomial times X, for each X [r, c] with r ≤ c. */
static polynomials polynomials_of(const lnt_bench_net *net, lnt_dtype dtype, const stream *s)
{
    polynomials p = {.dtype = dtype};
    for (size_t l = 0; l < net->n_layers; l++) {
        const size_t in = net->widths[l], out = net->widths[l + 1];
        const int r = (int) (in < out ? in : out), c = (int) (in < out ? out : in);
        void *x = s->moved[0], *y = s->moved[1], *square = s->moved[2], *other = s->moved[3];
        p.list[p.count++] = (lnt_bench_product){false, true, r, r, c, x, x, c, c, square, r};
        p.list[p.count++] =
            (lnt_bench_product){false, false, r, r, r, square, square, r, r, other, r};
        p.list[p.count++] = (lnt_bench_product){false, false, r, c, r, other, x, r, c, y, c};
    }
    return p;
}

/* --- the step --- */

typedef struct run {
    lnt_net *net;
    lnt_pass *pass;
    lnt_optim *optim;
    lnt_status status;
} run;

static void run_steps(void *context, size_t calls)
{
    run *r = context;
    for (size_t i = 0; i < calls && r->status == LNT_OK; i++) {
        r->status = lnt_optim_step(r->optim, r->net, r->pass);
    }
}

/* Steps so small that millions of them on one gradient leave the net finite. */
static lnt_optim_config config_of(const struct method *method)
{
    lnt_optim_config config = lnt_optim_defaults(method->kind);
    config.learning_rate = config.adam_rate = 1e-7;
    config.momentum = method->momentum;
    config.centered = method->centered;
    config.clip_norm = method->clip_norm;
    config.ema_decay = method->ema_decay;
    config.rprop_least = 1e-8;
    config.rprop_most = 1e-6;
    return config;
}

static run create(const lnt_bench_net *net, lnt_dtype dtype, const struct method *method)
{
    run r = {.net = lnt_bench_create_net(net, dtype)};
    const lnt_loss loss = lnt_mse(LNT_MEAN);
    const size_t inputs = net->widths[0], outputs = net->widths[net->n_layers];
    const size_t size = lnt_dtype_size(dtype);
    lnt_tensor x = lnt_tensor_view(dtype, lnt_bench_allocate(inputs, size), 1, inputs);
    lnt_tensor y = lnt_tensor_view(dtype, lnt_bench_allocate(outputs, size), 1, outputs);
    lnt_bench_randomise(&x, 1);
    lnt_bench_randomise(&y, 2);
    lnt_pass_config pass = lnt_pass_defaults();
    pass.max_rows = 1;
    const lnt_optim_config config = config_of(method);
    lnt_bench_check(lnt_pass_create(&r.pass, r.net, &pass), "creating a pass");
    lnt_bench_check(lnt_optim_create(&r.optim, r.net, &config), "creating an optimiser");
    lnt_bench_check(lnt_pass_forward(r.pass, r.net, &x, NULL), "forward");
    lnt_bench_check(lnt_pass_backward(r.pass, r.net, &loss, &y, NULL, NULL), "backward");
    lnt_release(NULL, x.data);
    lnt_release(NULL, y.data);
    return r;
}

static void destroy(run *r)
{
    lnt_optim_destroy(r->optim);
    lnt_pass_destroy(r->pass);
    lnt_net_destroy(r->net);
}

/* --- the table --- */

static void report(lnt_bench *bench, const lnt_bench_net *net, lnt_dtype dtype,
                   const struct method *method, size_t n, size_t rounds,
                   const lnt_bench_figures figures[2])
{
    const lnt_bench_figures *bare = &figures[0], *ours = &figures[1];
    /* read the gradient; read and write the rest */
    const size_t moved = (1 + 2 * (1 + method->states)) * lnt_dtype_size(dtype);
    const double bytes = method->kind == LNT_MUON ? NAN : (double) moved;
    const double each = ours->seconds.median / (double) n;
    char bare_text[16], ours_text[16];
    printf("%-4s %-5s %-14s %9s %9s %8.3f %8.1f %8.1f  %6.3f  %6.3f %6.3f\n", net->name,
           lnt_dtype_name(dtype), method->name, lnt_bench_time(bare->seconds.median, bare_text),
           lnt_bench_time(ours->seconds.median, ours_text), each * 1e9, bytes, bytes / each * 1e-9,
           ours->ratio.median, ours->ratio.low, ours->ratio.high);
    json_t *result =
        json_pack("{s:s, s:s, s:s, s:I, s:i, s:o, s:o, s:o, s:f}", "net", net->name, "dtype",
                  lnt_dtype_name(dtype), "method", method->name, "parameters", (json_int_t) n,
                  "rounds", (int) rounds, "bound_us", lnt_bench_json(&bare->seconds, 1e6),
                  "linnet_us", lnt_bench_json(&ours->seconds, 1e6), "ratio",
                  lnt_bench_json(&ours->ratio, 1), "ns_per_parameter", each * 1e9);
    if (!isnan(bytes)) {
        json_object_set_new(result, "bytes_per_parameter", json_real(bytes));
    }
    lnt_bench_add(bench, result);
}

static void measure(lnt_bench *bench, const lnt_bench_net *net, lnt_dtype dtype,
                    const struct method *method)
{
    run r = create(net, dtype, method);
    const lnt_tensor w = lnt_net_parameters(r.net);
    stream s = {.n = w.cols};
    /* One after another as the library's are, for pages that start alike get in each other's way.
     */
    const size_t size = lnt_dtype_size(dtype), line = LNT_ALIGNMENT / size;
    const size_t stride = (w.cols / line + 1) * line;
    char *memory = lnt_bench_allocate((2 + MOST_STATES) * stride, size);
    s.g = memory; /* zeros, so that what is added up stays finite */
    for (size_t i = 0; i <= MOST_STATES; i++) {
        s.moved[i] = memory + (1 + i) * stride * size;
    }
    polynomials p = polynomials_of(net, dtype, &s);
    const bool muon = method->kind == LNT_MUON;
    const lnt_bench_contender contenders[] = {
        {muon ? run_polynomials : stream_of(dtype, method->states),
         muon ? (void *) &p : (void *) &s},
        {run_steps, &r}};
    lnt_bench_figures figures[2];
    const size_t rounds = lnt_bench_measure(contenders, 2, &bench->plan, figures);
    bool finite;
    lnt_bench_check(r.status, "stepping");
    lnt_bench_check(lnt_all_finite(&w, &finite, NULL, NULL), "looking at the parameters");
    if (!finite) {
        lnt_bench_fail("net %s, %s: the parameters are no longer finite", net->name, method->name);
    }
    report(bench, net, dtype, method, w.cols, rounds, figures);
    lnt_release(NULL, memory);
    destroy(&r);
}

int main(int argc, const char **argv)
{
    const char *nets = "S,M,L";
    struct poptOption options[] = {
        {"nets", 'n', POPT_ARG_STRING | POPT_ARGFLAG_SHOW_DEFAULT, &nets, 0, "which nets", "LIST"},
        POPT_TABLEEND};
    const lnt_bench_program program = {
        "bench_optim", "Times steps of optimisers beside the bandwidth of what they move.", options,
        7, 0.5};
    lnt_bench bench;
    lnt_bench_read(&bench, &program, argc, argv);
    bool chosen[LNT_BENCH_NETS] = {false};
    lnt_bench_choose_nets(nets, chosen);
    lnt_bench_begin(&bench);
    printf("%-4s %-5s %-14s %9s %9s %8s %8s %8s  %6s  %13s\n", "net", "dtype", "method", "bound",
           "step", "ns/par", "B/par", "GB/s", "ratio", "quartiles");
    for (size_t i = 0; i < LNT_BENCH_NETS; i++) {
        for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
            for (size_t m = 0; chosen[i] && bench.dtypes[dtype] && m < METHODS; m++) {
                measure(&bench, &lnt_bench_nets[i], dtype, &methods[m]);
            }
        }
    }
    return lnt_bench_end(&bench);
}
