/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

#include <math.h>

enum { MEAN, SQUARES }; /* Adam's; for matrices the first is the momentum, and no second is kept */
enum { MOST_ITERATIONS = 100 };

/* The quintic of Jordan et al.: steep at 0, so that a few iterations take every singular value
   near 1, though never quite to it. */
static const double a = 3.4445, b = -4.7750, c = 2.0315;
static const double least_norm = 1e-7;

static void defaults(lnt_optim_config *config)
{
    config->momentum = 0.95;
    config->nesterov = true;
}

static const lnt_field fields[] = {
    LNT_OPTIM_ADAM_FIELDS, LNT_FRACTION_FIELD(lnt_optim_config, momentum),
    LNT_SIZE_FIELD(lnt_optim_config, muon_iterations, 1, MOST_ITERATIONS),
    LNT_POSITIVE_FIELD(lnt_optim_config, adam_rate)};

/* Scratch holds two matrices as large as the largest, then two squares of its shorter side. */
typedef struct sizes {
    size_t matrix;
    size_t square;
} sizes;

static sizes largest(const lnt_net *net)
{
    sizes most = {0, 0};
    for (size_t i = 0; i < net->n_tensors; i++) {
        const size_t rows = net->slots[i].rows, cols = net->slots[i].cols;
        const size_t side = rows < cols ? rows : cols;
        if (lnt_optim_is_matrix(net, i)) {
            most.matrix = rows * cols > most.matrix ? rows * cols : most.matrix;
            most.square = side * side > most.square ? side * side : most.square;
        }
    }
    return most;
}

static void needs(const lnt_optim_config *config, const lnt_net *net, lnt_optim_needs *needs)
{
    (void) config;
    const sizes most = largest(net);
    needs->states[MEAN] = needs->states[SQUARES] = net->n_parameters;
    for (size_t i = 0; i < net->n_tensors; i++) {
        if (lnt_optim_is_matrix(net, i)) {
            needs->states[SQUARES] -= net->slots[i].rows * net->slots[i].cols;
        }
    }
    needs->scratch = 2 * (most.matrix + most.square); /* each at most a gradient's size */
}

#define TEMPLATE "optim/first_order/muon.inc"
#include "base/precision/both.inc"

/* X = a·X + (b·G + c·G·G)·X with G = X·Xᵀ; `other` is as large as X, whose view they exchange. */
static lnt_status iterate(lnt_tensor *x, lnt_tensor *other, lnt_tensor *g, lnt_tensor *polynomial)
{
    const lnt_tensor transposed = lnt_transpose(x);
    LNT_TRY(lnt_gemm(1, x, &transposed, 0, g));
    LNT_TRY(lnt_copy(g, polynomial));
    LNT_TRY(lnt_gemm(c, g, g, b, polynomial));
    LNT_TRY(lnt_copy(x, other));
    LNT_TRY(lnt_gemm(1, polynomial, x, a, other));
    const lnt_tensor kept = *x;
    *x = *other;
    *other = kept;
    return LNT_OK;
}

static lnt_status matrix(const lnt_optim *optim, const lnt_optim_segment *segment,
                         const lnt_optim_piece *piece)
{
    const lnt_dtype dtype = optim->dtype;
    const size_t rows = segment->rows, cols = segment->cols, n = rows * cols;
    const size_t side = rows < cols ? rows : cols, size = lnt_dtype_size(dtype);
    char *place = optim->scratch;
    lnt_tensor x = lnt_tensor_view(dtype, place, rows, cols);
    lnt_tensor other = lnt_tensor_view(dtype, place += n * size, rows, cols);
    lnt_tensor g = lnt_tensor_view(dtype, place += n * size, side, side);
    lnt_tensor polynomial = lnt_tensor_view(dtype, place + side * side * size, side, side);
    double norm;
    (dtype == LNT_F32 ? move_f32 : move_f64)(optim, piece, x.data);
    LNT_TRY(lnt_norm(LNT_NORM_L2, &x, &norm));
    /* An infinite one would make it zeros, and nobody would notice. */
    const double factor = isfinite(norm) ? 1 / fmax(norm, least_norm) : NAN;
    LNT_TRY(lnt_scale(factor, &x));
    if (rows > cols) { /* the polynomial of either side gives the same: the smaller is cheaper */
        x = lnt_transpose(&x);
        other = lnt_transpose(&other);
    }
    for (size_t i = 0; i < optim->config.muon_iterations; i++) {
        LNT_TRY(iterate(&x, &other, &g, &polynomial));
    }
    const double adjustment = cols > rows ? sqrt((double) cols / (double) rows) : 1;
    (dtype == LNT_F32 ? apply_f32 : apply_f64)(piece, adjustment, x.data);
    return LNT_OK;
}

const lnt_optim_ops lnt_optim_muon = {
    .name = "muon",
    .learning_rate = 0.02,
    .defaults = defaults,
    .fields = fields,
    .n_fields = LNT_OPTIM_COUNT_OF(fields),
    .momentum = lnt_optim_field_momentum,
    .needs = needs,
    .begin = lnt_optim_adam_begin,
    .loops = &lnt_optim_adam_loops,
    .matrix = matrix,
};
