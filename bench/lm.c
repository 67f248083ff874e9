/* SPDX-License-Identifier: MIT */
/*
 * A step of Levenberg-Marquardt beside its products alone: syrk and Cholesky's factorisation of the
 * normal equations, or the products of tiles and the factorisation of the dual ones, with the same
 * sizes in the same memory. Products are shown beside the peak, and the two forms beside each
 * other.
 */
#include "optim/lm/lm.h"
#include "peak.h"
#include "problems.h"
#include "program.h"
#include "tensor/symmetric.h"

#include <math.h>
#include <string.h>

enum { STEP, PRODUCTS, PEAK, CONTENDERS };

/* A net and rows of random numbers, and the forms that are measured. */
typedef struct problem {
    lnt_bench_problem net;
    bool forms[3]; /* by lnt_lm_system */
} problem;

#define NET(NAME, ROWS, LAYERS, ...)                                                               \
    {                                                                                              \
        .name = (NAME), .rows = (ROWS), .n_layers = (LAYERS), .widths = { __VA_ARGS__ }            \
    }

static const problem problems[] = {
    {NET("4-30-1", 500, 2, 4, 30, 1), {[LNT_LM_NORMAL] = true}},
    {NET("4-32-32-1", 2000, 3, 4, 32, 32, 1), {[LNT_LM_NORMAL] = true}},
    {NET("4-32-32-1", 256, 3, 4, 32, 32, 1), {[LNT_LM_DUAL] = true}},
    {NET("10-60-40-3", 3000, 3, 10, 60, 40, 3), {[LNT_LM_NORMAL] = true}},
    {NET("64-90-8-1", 1000, 3, 64, 90, 8, 1), {[LNT_LM_NORMAL] = true, [LNT_LM_DUAL] = true}},
    {NET("64-128-10", 256, 2, 64, 128, 10), {[LNT_LM_DUAL] = true}},
};

/* A step from the same parameters and damping, again and again. */
typedef struct run {
    const lnt_bench_problem *p;
    lnt_net *net;
    lnt_pass *pass;
    lnt_optim *optim;
    lnt_tensor x, y;
    lnt_loss loss;
    void *first; /* parameters */
    lnt_status status;
} run;

static lnt_status step(run *r)
{
    lnt_tensor w = lnt_net_parameters(r->net);
    memcpy(w.data, r->first, w.cols * lnt_dtype_size(w.dtype));
    r->optim->numbers[LNT_LM_MU] = r->optim->config.mu;
    lnt_optim_batch batch = {.x = &r->x, .target = &r->y, .loss = &r->loss};
    LNT_TRY(lnt_pass_forward_backward(r->pass, r->net, &r->x, &r->loss, &r->y, NULL, &batch.value));
    return lnt_optim_step_batch(r->optim, r->net, r->pass, &batch, NULL);
}

static void run_steps(void *context, size_t calls)
{
    run *r = context;
    for (size_t i = 0; i < calls && r->status == LNT_OK; i++) {
        r->status = step(r);
    }
}

/* Cholesky's factor of the identity and a matrix that is small beside it. */
static lnt_status factorise(const lnt_lm *lm, lnt_dtype dtype, size_t n, size_t right)
{
    bool definite;
    lnt_tensor c = lnt_tensor_view(dtype, lm->factor, n, n);
    lnt_tensor b = lnt_tensor_view(dtype, lm->panel, 1, right);
    lnt_lm_shift(dtype, n, lm->matrix, 1, lm->factor);
    LNT_TRY(lnt_cholesky(&c, &definite));
    return lnt_cholesky_solve(&c, &b);
}

static lnt_status normal_products(const run *r)
{
    const lnt_lm *lm = r->optim->work;
    const lnt_dtype dtype = r->x.dtype;
    const size_t n = r->optim->n_parameters, all = r->x.rows * lm->residuals.outputs;
    lnt_tensor c = lnt_tensor_view(dtype, lm->matrix, n, n);
    for (size_t done = 0; done < all; done += lm->panel_rows) {
        const size_t rows = all - done < lm->panel_rows ? all - done : lm->panel_rows;
        const lnt_tensor j = lnt_tensor_view(dtype, lm->panel, rows, n), t = lnt_transpose(&j);
        LNT_TRY(lnt_syrk(1, &t, done > 0, &c));
    }
    return factorise(lm, dtype, n, n);
}

static lnt_status dual_products(const run *r)
{
    const lnt_lm *lm = r->optim->work;
    const lnt_dtype dtype = r->x.dtype;
    const size_t rows = r->x.rows, outputs = lm->residuals.outputs;
    for (size_t l = 0; l < r->p->n_layers; l++) {
        for (size_t i = 0; i < rows; i += lm->tile) {
            const size_t m = rows - i < lm->tile ? rows - i : lm->tile;
            for (size_t j = 0; j <= i; j += lm->tile) {
                const size_t n = rows - j < lm->tile ? rows - j : lm->tile;
                const size_t in = r->p->widths[l], out = r->p->widths[l + 1];
                lnt_tensor g = lnt_tensor_view(dtype, lm->inputs_dot, m, n);
                lnt_tensor h = lnt_tensor_view(dtype, lm->deltas_dot, m * outputs, n * outputs);
                const lnt_tensor a = lnt_tensor_view(dtype, r->x.data, m, in);
                const lnt_tensor b = lnt_tensor_view(dtype, r->x.data, n, in),
                                 t = lnt_transpose(&b);
                const lnt_tensor d = lnt_tensor_view(dtype, lm->panel, m * outputs, out);
                const lnt_tensor e = lnt_tensor_view(dtype, lm->panel, n * outputs, out);
                const lnt_tensor u = lnt_transpose(&e);
                LNT_TRY(lnt_gemm(1, &a, &t, 0, &g));
                LNT_TRY(lnt_gemm(1, &d, &u, 0, &h));
            }
        }
    }
    return factorise(lm, dtype, rows * outputs, rows * outputs);
}

static void run_products(void *context, size_t calls)
{
    run *r = context;
    const lnt_lm *lm = r->optim->work;
    for (size_t i = 0; i < calls && r->status == LNT_OK; i++) {
        r->status = lm->form == LNT_LM_DUAL ? dual_products(r) : normal_products(r);
    }
}

/* Of what run_products does; a triangle counts half. */
static double flops_of(const run *r)
{
    const lnt_lm *lm = r->optim->work;
    const double all = (double) (r->x.rows * lm->residuals.outputs);
    const double n = lm->form == LNT_LM_DUAL ? all : (double) r->optim->n_parameters;
    double flops = n * n * n / 3 + 2 * n * n;
    if (lm->form == LNT_LM_NORMAL) {
        return flops + all * n * n;
    }
    const double rows = (double) r->x.rows, tile = (double) lm->tile;
    const double pairs = rows <= tile ? rows * rows : rows * (rows + tile) / 2;
    for (size_t l = 0; l < r->p->n_layers; l++) {
        const double outputs = (double) lm->residuals.outputs;
        flops += 2 * pairs *
                 ((double) r->p->widths[l] + outputs * outputs * (double) r->p->widths[l + 1]);
    }
    return flops;
}

static run create(const lnt_bench_problem *p, lnt_dtype dtype, lnt_lm_system form)
{
    run r = {.p = p, .loss = lnt_mse(LNT_MEAN), .net = lnt_bench_problem_net(p, dtype, 0)};
    lnt_pass_config pass = lnt_pass_defaults();
    lnt_optim_config optim = lnt_optim_defaults(LNT_LM);
    pass.max_rows = optim.max_rows = p->rows;
    optim.form = form;
    lnt_bench_check(lnt_pass_create(&r.pass, r.net, &pass), "creating a pass");
    lnt_bench_check(lnt_optim_create(&r.optim, r.net, &optim), "creating an optimiser");
    const size_t size = lnt_dtype_size(dtype), outputs = p->widths[p->n_layers];
    size_t widest = 0; /* the products read rows of any layer's width from x */
    for (size_t l = 0; l < p->n_layers; l++) {
        widest = p->widths[l] > widest ? p->widths[l] : widest;
    }
    void *inputs = lnt_bench_allocate(p->rows * widest, size);
    lnt_tensor all = lnt_tensor_view(dtype, inputs, p->rows, widest);
    lnt_bench_randomise(&all, 1);
    r.x = lnt_tensor_view(dtype, inputs, p->rows, p->widths[0]);
    r.y = lnt_tensor_view(dtype, lnt_bench_allocate(p->rows * outputs, size), p->rows, outputs);
    lnt_bench_randomise(&r.y, 2);
    const lnt_tensor w = lnt_net_parameters(r.net);
    r.first = lnt_bench_allocate(w.cols, size);
    memcpy(r.first, w.data, w.cols * size);
    return r;
}

static void destroy(run *r)
{
    lnt_release(NULL, r->first);
    lnt_release(NULL, r->x.data);
    lnt_release(NULL, r->y.data);
    lnt_optim_destroy(r->optim);
    lnt_pass_destroy(r->pass);
    lnt_net_destroy(r->net);
}

/* Median seconds of a step; the step itself in `steps`. */
static double measure(lnt_bench *bench, const lnt_bench_problem *p, lnt_dtype dtype,
                      lnt_lm_system form, double *steps)
{
    run r = create(p, dtype, form);
    lnt_bench_peak peak = {dtype, flops_of(&r) / bench->threads};
    const lnt_bench_contender contenders[] = {
        {run_steps, &r}, {run_products, &r}, {lnt_bench_run_peak, &peak}};
    lnt_bench_figures f[CONTENDERS];
    const size_t rounds = lnt_bench_measure(contenders, CONTENDERS, &bench->plan, f);
    lnt_bench_check(r.status, "stepping");
    lnt_bench_check(step(&r), "stepping");
    const lnt_tensor w = lnt_net_parameters(r.net);
    const lnt_tensor first = lnt_tensor_view(dtype, r.first, 1, w.cols);
    for (size_t i = 0; i < w.cols; i++) {
        steps[i] = lnt_tensor_get(&w, 0, i) - lnt_tensor_get(&first, 0, i);
    }
    const size_t residuals = p->rows * p->widths[p->n_layers];
    const char *name = form == LNT_LM_DUAL ? "dual" : "normal";
    char text[16];
    printf("%-11s %4s %-6s %6zu %6zu %9s  %6.3f  %6.3f %6.3f  %6.3f\n", p->name,
           lnt_dtype_name(dtype), name, w.cols, residuals,
           lnt_bench_time(f[STEP].seconds.median, text), f[PRODUCTS].ratio.median,
           f[PRODUCTS].ratio.low, f[PRODUCTS].ratio.high, f[PRODUCTS].share.median);
    lnt_bench_add(bench,
                  json_pack("{s:s, s:s, s:s, s:I, s:I, s:i, s:o, s:o, s:o}", "net", p->name,
                            "dtype", lnt_dtype_name(dtype), "form", name, "parameters",
                            (json_int_t) w.cols, "residuals", (json_int_t) residuals, "rounds",
                            (int) rounds, "step_us", lnt_bench_json(&f[STEP].seconds, 1e6),
                            "share_of_products", lnt_bench_json(&f[PRODUCTS].ratio, 1),
                            "products_share_of_peak", lnt_bench_json(&f[PRODUCTS].share, 1)));
    destroy(&r);
    return f[STEP].seconds.median;
}

/* Where both forms are measured: how many times as long, and how far the steps lie apart. */
static void compare(const double *normal, const double *dual, size_t n, const double seconds[2])
{
    double apart = 0, length = 0;
    for (size_t i = 0; i < n; i++) {
        apart += pow(normal[i] - dual[i], 2);
        length += pow(normal[i], 2);
    }
    printf("%11s the normal form takes %.1f times as long; the steps differ by %.1e of their "
           "length\n",
           "", seconds[0] / seconds[1], sqrt(apart / length));
}

static void measure_forms(lnt_bench *bench, const problem *p, lnt_dtype dtype)
{
    size_t n = 0;
    for (size_t l = 0; l < p->net.n_layers; l++) {
        n += (p->net.widths[l] + 1) * p->net.widths[l + 1];
    }
    double *steps[2] = {lnt_bench_allocate(n, sizeof(double)),
                        lnt_bench_allocate(n, sizeof(double))};
    double seconds[2];
    for (int i = 0; i < 2; i++) {
        const lnt_lm_system form = i == 0 ? LNT_LM_NORMAL : LNT_LM_DUAL;
        if (p->forms[form]) {
            seconds[i] = measure(bench, &p->net, dtype, form, steps[i]);
        }
    }
    if (p->forms[LNT_LM_NORMAL] && p->forms[LNT_LM_DUAL]) {
        compare(steps[0], steps[1], n, seconds);
    }
    lnt_release(NULL, steps[0]);
    lnt_release(NULL, steps[1]);
}

int main(int argc, const char **argv)
{
    struct poptOption options[] = {POPT_TABLEEND};
    const lnt_bench_program program = {
        "bench_lm", "Times a step of Levenberg-Marquardt beside its products alone.", options, 5,
        1};
    lnt_bench bench;
    lnt_bench_read(&bench, &program, argc, argv);
    lnt_bench_begin(&bench);
    printf("products: their time over the step's, with quartiles, and the peak's over theirs\n");
    printf("%-11s %4s %-6s %6s %6s %9s  %6s  %13s  %6s\n", "net", "", "form", "par.", "resid.",
           "step", "prod.", "quartiles", "peak");
    for (size_t i = 0; i < sizeof problems / sizeof problems[0]; i++) {
        for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
            if (bench.dtypes[dtype]) {
                measure_forms(&bench, &problems[i], dtype);
            }
        }
    }
    return lnt_bench_end(&bench);
}
