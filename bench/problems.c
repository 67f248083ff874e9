/* SPDX-License-Identifier: MIT */
#include "problems.h"

#include "program.h"

#include <math.h>
#include <string.h>

const lnt_bench_problem lnt_bench_problems[LNT_BENCH_PROBLEMS] = {
    {"narrow",
     "500 rows of sin(3a + bc) + cos(2b)d, one hidden layer",
     500,
     2,
     {4, 30, 1},
     1e-4,
     8,
     32},
    {"smooth",
     "2,000 rows of sin(πa/2 + b)exp(-c²) + ad, two hidden layers",
     2000,
     3,
     {4, 32, 32, 1},
     1e-6,
     8,
     64},
    {"autoencoder",
     "the digits through eight numbers",
     0,
     8,
     {64, 128, 64, 32, 8, 32, 64, 128, 64},
     0.011,
     10,
     64},
    {"sin", "41 points of one period of a sine, MathWorks' SIN", 41, 2, {1, 5, 1}, 0.002, 3, 41},
    {"parity", "the parity of three bits, MathWorks' PARITY", 8, 3, {3, 10, 10, 1}, 0.001, 3, 8},
};

const lnt_bench_problem *lnt_bench_find_problem(const char *name)
{
    for (size_t i = 0; i < LNT_BENCH_PROBLEMS; i++) {
        if (strcmp(lnt_bench_problems[i].name, name) == 0) {
            return &lnt_bench_problems[i];
        }
    }
    return NULL;
}

static lnt_tensor new_matrix(lnt_dtype dtype, size_t rows, size_t cols)
{
    return lnt_tensor_view(dtype, lnt_bench_allocate(rows * cols, lnt_dtype_size(dtype)), rows,
                           cols);
}

static void set(const lnt_tensor *t, size_t i, size_t j, double value)
{
    lnt_bench_check(lnt_tensor_set(t, i, j, value), "the data");
}

/* Mean 0 and variance 1, so that a mean squared error is the share left unexplained. */
static void normalise(const lnt_tensor *y)
{
    double mean = 0, squares = 0;
    for (size_t i = 0; i < y->rows; i++) {
        mean += lnt_tensor_get(y, i, 0) / (double) y->rows;
    }
    for (size_t i = 0; i < y->rows; i++) {
        squares += pow(lnt_tensor_get(y, i, 0) - mean, 2) / (double) y->rows;
    }
    for (size_t i = 0; i < y->rows; i++) {
        set(y, i, 0, (lnt_tensor_get(y, i, 0) - mean) / sqrt(squares));
    }
}

typedef double function(const double *v);

static double narrow(const double *v)
{
    return sin(3 * v[0] + v[1] * v[2]) + cos(2 * v[1]) * v[3];
}

static double smooth(const double *v)
{
    return sin(acos(0.0) * v[0] + v[1]) * exp(-v[2] * v[2]) + v[0] * v[3];
}

/* Rows of [-1, 1]⁴. */
static void fill_function(function *f, unsigned seed, const lnt_tensor *x, const lnt_tensor *y)
{
    lnt_random random = lnt_random_init(seed, 1000);
    for (size_t i = 0; i < x->rows; i++) {
        double v[4];
        for (size_t j = 0; j < 4; j++) {
            v[j] = 2 * lnt_random_uniform(&random) - 1;
            set(x, i, j, v[j]);
        }
        set(y, i, 0, f(v));
    }
    normalise(y);
}

static void fill_sine(const lnt_tensor *x, const lnt_tensor *y)
{
    for (size_t i = 0; i < x->rows; i++) {
        const double at = -1 + 2 * (double) i / (double) (x->rows - 1);
        set(x, i, 0, at);
        set(y, i, 0, sin(2 * acos(0.0) * at));
    }
}

static void fill_parity(const lnt_tensor *x, const lnt_tensor *y)
{
    for (size_t i = 0; i < x->rows; i++) {
        const size_t bits[3] = {i & 1, i >> 1 & 1, i >> 2 & 1};
        for (size_t j = 0; j < 3; j++) {
            set(x, i, j, bits[j] ? 1 : -1);
        }
        set(y, i, 0, (bits[0] ^ bits[1] ^ bits[2]) ? 1 : -1);
    }
}

/* Pixels from 0 to 1, which are the targets too. */
static void read_digits(const char *path, lnt_dtype dtype, lnt_tensor *x, lnt_tensor *y)
{
    lnt_read_options options = lnt_read_defaults();
    options.dtype = dtype;
    lnt_frame *frame;
    lnt_error error;
    if (lnt_csv_read(&frame, path, &options, &error) != LNT_OK) {
        lnt_bench_fail("%s", error.message);
    }
    const lnt_tensor all = lnt_frame_values(frame);
    lnt_tensor pixels;
    lnt_bench_check(lnt_slice_cols(&all, 0, 64, 1, &pixels), "the digits");
    *x = new_matrix(dtype, all.rows, 64);
    lnt_bench_check(lnt_copy(&pixels, x), "the digits");
    lnt_bench_check(lnt_scale(1.0 / 16, x), "the digits");
    *y = new_matrix(dtype, all.rows, 64);
    lnt_bench_check(lnt_copy(x, y), "the digits");
    lnt_frame_destroy(frame);
}

void lnt_bench_make_problem(const lnt_bench_problem *problem, const char *digits, lnt_dtype dtype,
                            unsigned seed, lnt_tensor *x, lnt_tensor *y)
{
    if (problem->rows == 0) {
        read_digits(digits, dtype, x, y);
        return;
    }
    *x = new_matrix(dtype, problem->rows, problem->widths[0]);
    *y = new_matrix(dtype, problem->rows, problem->widths[problem->n_layers]);
    if (strcmp(problem->name, "sin") == 0) {
        fill_sine(x, y);
    } else if (strcmp(problem->name, "parity") == 0) {
        fill_parity(x, y);
    } else {
        fill_function(strcmp(problem->name, "narrow") == 0 ? narrow : smooth, seed, x, y);
    }
}

lnt_net *lnt_bench_problem_net(const lnt_bench_problem *problem, lnt_dtype dtype, unsigned seed)
{
    lnt_layer layers[LNT_BENCH_MOST_WIDTHS];
    for (size_t l = 0; l < problem->n_layers; l++) {
        const bool last = l + 1 == problem->n_layers;
        layers[l] = lnt_dense(problem->widths[l + 1], last ? LNT_IDENTITY : LNT_TANH);
    }
    lnt_net_config config = lnt_net_defaults();
    config.dtype = dtype;
    config.inputs = problem->widths[0];
    config.layers = layers;
    config.n_layers = problem->n_layers;
    config.seed = seed;
    lnt_net *net = NULL;
    lnt_bench_check(lnt_net_create(&net, &config), "the net");
    return net;
}
