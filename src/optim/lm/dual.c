/* SPDX-License-Identifier: MIT */
#include "optim/lm/lm.h"
#include "tensor/symmetric.h"

#include <string.h>

/*
 * The step by the matrix of residuals, without J. With λ the damping and l2 of each parameter, v =
 * λ⁻¹·l2·w, and Δw = z − v, z lessens ½·|J·z + ρ − J·v|² + ½·Σ λ·z², so
 *
 *     z = −λ⁻¹·Jᵀ·(J·λ⁻¹·Jᵀ + 1)⁻¹·(ρ − J·v),
 *     J·λ⁻¹·Jᵀ = Σ_l (A_l·A_lᵀ/λ_weights + 1/λ_biases) ∘ (D_l·D_lᵀ)
 *
 * with A_l a dense layer's inputs and D_l its dz for each residual: Σ of Khatri-Rao products. From
 * ρ, and not from the gradient Jᵀ·ρ, the step is precise also where λ is small. All is multiplied
 * by λ_weights. Residuals are in the order of tiles of rows; in a tile of outputs, then rows.
 */

static size_t tile_rows(const lnt_lm *lm, size_t row, size_t rows)
{
    return rows - row < lm->tile ? rows - row : lm->tile;
}

/* Copies between [rows, outputs] and residuals in their order. */
static void reorder(const lnt_lm *lm, size_t rows, void *by_rows, void *by_tiles, bool to_tiles)
{
    const size_t outputs = lm->residuals.outputs, size = lnt_dtype_size(lm->point->dtype);
    char *tiles = by_tiles;
    for (size_t row = 0; row < rows; row += lm->tile) {
        const size_t count = tile_rows(lm, row, rows);
        for (size_t k = 0; k < outputs; k++) {
            for (size_t i = row; i < row + count; i++, tiles += size) {
                char *place = (char *) by_rows + (i * outputs + k) * size;
                memcpy(to_tiles ? tiles : place, to_tiles ? place : tiles, size);
            }
        }
    }
}

/* D_l of layers with parameters, one behind the other, each [residuals, width]. */
static void keep_deltas(const lnt_lm *lm, const lnt_net *net, size_t rows, size_t k)
{
    const size_t outputs = lm->residuals.outputs, size = lnt_dtype_size(net->dtype);
    char *to = lm->panel;
    for (size_t l = 0; l < net->n_layers; l++) {
        if (net->first_tensor[l + 1] == net->first_tensor[l]) {
            continue;
        }
        const lnt_tensor d = lnt_point_delta(lm->point, l);
        const size_t bytes = d.cols * size;
        for (size_t row = 0; row < rows; row += lm->tile) {
            const size_t count = tile_rows(lm, row, rows);
            memcpy(to + (row * outputs + k * count) * bytes, (const char *) d.data + row * bytes,
                   count * bytes);
        }
        to += rows * outputs * bytes;
    }
}

#define TEMPLATE "optim/lm/dual.inc"
#include "base/precision/both.inc"

/* Adds a layer's part for tiles of rows i and j ≤ i. */
static lnt_status add_tiles(const lnt_lm *lm, const lnt_tensor *x, const lnt_tensor *d, bool bias,
                            size_t i, size_t j)
{
    const size_t rows = x->rows, outputs = lm->residuals.outputs;
    const size_t m = tile_rows(lm, i, rows), n = tile_rows(lm, j, rows), order = rows * outputs;
    const lnt_dtype dtype = x->dtype;
    lnt_tensor a, b, da, db;
    lnt_tensor g = lnt_tensor_view(dtype, lm->inputs_dot, m, n);
    lnt_tensor h = lnt_tensor_view(dtype, lm->deltas_dot, m * outputs, n * outputs);
    LNT_TRY(lnt_slice_rows(x, i, m, 1, &a));
    LNT_TRY(lnt_slice_rows(x, j, n, 1, &b));
    LNT_TRY(lnt_slice_rows(d, i * outputs, m * outputs, 1, &da));
    LNT_TRY(lnt_slice_rows(d, j * outputs, n * outputs, 1, &db));
    b = lnt_transpose(&b);
    db = lnt_transpose(&db);
    LNT_TRY(lnt_gemm(1, &a, &b, 0, &g));
    LNT_TRY(lnt_gemm(1, &da, &db, 0, &h));
    const size_t at = (i * order + j) * outputs * lnt_dtype_size(dtype);
    const bool apart = lm->of_biases != NULL;
    (dtype == LNT_F32 ? gather_f32 : gather_f64)(m, n, outputs, bias && !apart ? 1 : 0, order,
                                                 g.data, h.data, (char *) lm->matrix + at);
    if (bias && apart) {
        LNT_TRY(lnt_fill(1, &g));
        (dtype == LNT_F32 ? gather_f32 : gather_f64)(m, n, outputs, 0, order, g.data, h.data,
                                                     (char *) lm->of_biases + at);
    }
    return LNT_OK;
}

lnt_status lnt_lm_dual_build(lnt_optim *optim, const lnt_net *net, const lnt_optim_batch *batch)
{
    lnt_lm *lm = optim->work;
    const size_t rows = batch->x->rows, order = rows * lm->residuals.outputs;
    const size_t size = lnt_dtype_size(optim->dtype);
    lnt_tensor seeds;
    LNT_TRY(lnt_point_set(lm->point, net, batch->x));
    const lnt_tensor output = lnt_point_output(lm->point);
    LNT_TRY(lnt_lm_residuals_at(lm, batch, 0, &output));
    for (size_t k = 0; k < lm->residuals.outputs; k++) {
        lnt_lm_seed(lm, batch->loss, rows, k, &seeds);
        LNT_TRY(lnt_point_pull(lm->point, &seeds, NULL));
        keep_deltas(lm, net, rows, k);
    }
    memset(lm->matrix, 0, order * order * size);
    if (lm->of_biases != NULL) {
        memset(lm->of_biases, 0, order * order * size);
    }
    char *deltas = lm->panel;
    for (size_t l = 0; l < net->n_layers; l++) {
        const size_t tensors = net->first_tensor[l + 1] - net->first_tensor[l];
        if (tensors == 0) {
            continue;
        }
        const lnt_tensor d = lnt_tensor_view(optim->dtype, deltas, order, net->widths[l + 1]);
        for (size_t i = 0; i < rows; i += lm->tile) {
            for (size_t j = 0; j <= i; j += lm->tile) {
                LNT_TRY(add_tiles(lm, lnt_point_input(lm->point, l), &d, tensors > 1, i, j));
            }
        }
        deltas += order * net->widths[l + 1] * size;
    }
    return LNT_OK;
}

/* to += factor·l2_i/(mu + l2_i)·w, or with `of_step` to is multiplied by (mu + most)/(mu + l2_i).
 */
static lnt_status by_tensors(const lnt_optim *optim, const void *w, double mu, bool of_step,
                             double most, double factor, void *to)
{
    const size_t size = lnt_dtype_size(optim->dtype);
    for (size_t i = 0; i < optim->n_segments; i++) {
        const lnt_optim_segment *s = &optim->segments[i];
        lnt_tensor part = lnt_tensor_view(optim->dtype, (char *) to + s->first * size, 1, s->count);
        if (of_step) {
            LNT_TRY(s->l2 != most ? lnt_scale((mu + most) / (mu + s->l2), &part) : LNT_OK);
            continue;
        }
        const lnt_tensor own =
            lnt_tensor_const_view(optim->dtype, (const char *) w + s->first * size, 1, s->count);
        LNT_TRY(lnt_axpy(factor * s->l2 / (mu + s->l2), &own, &part));
    }
    return LNT_OK;
}

/* right = ρ − J·v, by rows of the batch. */
static lnt_status right_side(lnt_optim *optim, const lnt_net *net, const lnt_loss *loss, double mu)
{
    lnt_lm *lm = optim->work;
    const size_t rows = lm->point->rows, count = rows * lm->residuals.outputs;
    const lnt_tensor rho = lnt_tensor_view(optim->dtype, lm->residuals.rho, 1, count);
    lnt_tensor right = lnt_tensor_view(optim->dtype, lm->residuals.seeds, 1, count);
    if (!(optim->config.l2 > 0)) {
        return lnt_copy(&rho, &right);
    }
    lnt_tensor y_dot;
    memset(lm->step, 0, optim->n_parameters * lnt_dtype_size(optim->dtype));
    LNT_TRY(by_tensors(optim, net->parameters, mu, false, 0, 1, lm->step));
    LNT_TRY(lnt_point_push(lm->point, NULL, lm->step, &y_dot));
    lnt_lm_weigh(lm, loss, &y_dot, right.data);
    LNT_TRY(lnt_scale(-1, &right));
    return lnt_axpy(1, &rho, &right);
}

lnt_status lnt_lm_dual_solve(lnt_optim *optim, const lnt_net *net, const lnt_loss *loss, double mu,
                             bool *definite)
{
    lnt_lm *lm = optim->work;
    const size_t rows = lm->point->rows, n = rows * lm->residuals.outputs;
    const double l2 = optim->config.l2, lambda = mu + l2;
    lnt_tensor c = lnt_tensor_view(optim->dtype, lm->factor, n, n);
    lnt_tensor b = lnt_tensor_view(optim->dtype, lm->right, 1, n), seeds;
    lnt_lm_shift(optim->dtype, n, lm->matrix, lambda, lm->factor);
    if (lm->of_biases != NULL) {
        (optim->dtype == LNT_F32 ? combine_f32 : combine_f64)(n, lm->of_biases, lambda / mu,
                                                              lm->factor);
    }
    LNT_TRY(lnt_cholesky(&c, definite));
    if (!*definite) {
        return LNT_OK;
    }
    LNT_TRY(right_side(optim, net, loss, mu));
    reorder(lm, rows, lm->residuals.seeds, lm->right, true);
    LNT_TRY(lnt_cholesky_solve(&c, &b));
    reorder(lm, rows, lm->solution, lm->right, false);
    lnt_lm_seed_along(lm, loss, rows, lm->solution, &seeds);
    LNT_TRY(lnt_point_pull(lm->point, &seeds, lm->step));
    lnt_tensor step = lnt_tensor_view(optim->dtype, lm->step, 1, optim->n_parameters);
    LNT_TRY(lnt_scale(-1, &step));
    LNT_TRY(by_tensors(optim, NULL, mu, true, l2, 0, lm->step));
    return l2 > 0 ? by_tensors(optim, net->parameters, mu, false, 0, -1, lm->step) : LNT_OK;
}
