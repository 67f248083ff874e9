/* SPDX-License-Identifier: MIT */
#include "optim/lm/lm.h"
#include "tensor/symmetric.h"

#include <string.h>

/*
 * Jᵀ·J [parameters, parameters], from panels of J: a row of it is, for a dense layer with input a
 * and dz = d, a_i·d_j for weight (i, j) and d_j for bias j.
 */

#define TEMPLATE "optim/lm/normal.inc"
#include "base/precision/both.inc"

void lnt_lm_shift(lnt_dtype dtype, size_t n, const void *a, double d, void *c)
{
    (dtype == LNT_F32 ? shift_f32 : shift_f64)(n, a, d, c);
}

/* Rows of J by the last pull, at row `used` of the panel. */
static void fill(const lnt_lm *lm, const lnt_net *net, size_t used)
{
    const size_t size = lnt_dtype_size(net->dtype), stride = net->n_parameters;
    for (size_t l = 0; l < net->n_layers; l++) {
        const lnt_tensor d = lnt_point_delta(lm->point, l);
        const lnt_net_slot *slot = &net->slots[net->first_tensor[l]];
        const size_t tensors = net->first_tensor[l + 1] - net->first_tensor[l];
        if (tensors == 0) {
            continue;
        }
        char *rows = (char *) lm->panel + used * stride * size;
        (net->dtype == LNT_F32 ? products_f32 : products_f64)(d.rows, slot->rows, slot->cols,
                                                              stride, lnt_point_input(lm->point, l),
                                                              d.data, rows + slot->offset * size);
        for (size_t r = 0; tensors > 1 && r < d.rows; r++) {
            memcpy(rows + (r * stride + slot[1].offset) * size,
                   (const char *) d.data + r * d.cols * size, d.cols * size);
        }
    }
}

/* matrix += JᵀJ of the rows in the panel. */
static lnt_status flush(lnt_lm *lm, size_t n, bool *first, size_t *used)
{
    if (*used > 0) {
        const lnt_dtype dtype = lm->point->dtype;
        const lnt_tensor j = lnt_tensor_view(dtype, lm->panel, *used, n), t = lnt_transpose(&j);
        lnt_tensor c = lnt_tensor_view(dtype, lm->matrix, n, n);
        LNT_TRY(lnt_syrk(1, &t, *first ? 0 : 1, &c));
        *first = false;
        *used = 0;
    }
    return LNT_OK;
}

lnt_status lnt_lm_normal_build(lnt_optim *optim, const lnt_net *net, const lnt_optim_batch *batch)
{
    lnt_lm *lm = optim->work;
    const size_t n = optim->n_parameters, at_once = lm->point->max_rows;
    bool first = true;
    size_t used = 0;
    for (size_t row = 0; row < batch->x->rows; row += at_once) {
        const size_t rows = batch->x->rows - row < at_once ? batch->x->rows - row : at_once;
        lnt_tensor x, seeds;
        LNT_TRY(lnt_slice_rows(batch->x, row, rows, 1, &x));
        LNT_TRY(lnt_point_set(lm->point, net, &x));
        const lnt_tensor output = lnt_point_output(lm->point);
        LNT_TRY(lnt_lm_residuals_at(lm, batch, row, &output));
        for (size_t k = 0; k < lm->residuals.outputs; k++) {
            LNT_TRY(used + rows > lm->panel_rows ? flush(lm, n, &first, &used) : LNT_OK);
            lnt_lm_seed(lm, batch->loss, rows, k, &seeds);
            LNT_TRY(lnt_point_pull(lm->point, &seeds, NULL));
            fill(lm, net, used);
            used += rows;
        }
    }
    LNT_TRY(flush(lm, n, &first, &used));
    if (first) {
        memset(lm->matrix, 0, n * n * lnt_dtype_size(optim->dtype));
    }
    return LNT_OK;
}

lnt_status lnt_lm_normal_solve(lnt_optim *optim, double mu, bool *definite)
{
    lnt_lm *lm = optim->work;
    const size_t n = optim->n_parameters;
    lnt_lm_shift(optim->dtype, n, lm->matrix, mu, lm->factor);
    lnt_tensor c = lnt_tensor_view(optim->dtype, lm->factor, n, n);
    for (size_t i = 0; i < optim->n_segments && optim->config.l2 > 0; i++) {
        const lnt_optim_segment *s = &optim->segments[i];
        lnt_tensor diagonal =
            lnt_tensor_strided(optim->dtype, lnt_tensor_ptr(&c, s->first, s->first), s->count, 1,
                               (ptrdiff_t) n + 1, 1);
        const double l2 = s->l2;
        for (size_t j = 0; j < s->count; j++) {
            LNT_TRY(lnt_tensor_set(&diagonal, j, 0, lnt_tensor_get(&diagonal, j, 0) + l2));
        }
    }
    LNT_TRY(lnt_cholesky(&c, definite));
    if (!*definite) {
        return LNT_OK;
    }
    const lnt_tensor g = lnt_tensor_view(optim->dtype, lm->gradient, 1, n);
    lnt_tensor step = lnt_tensor_view(optim->dtype, lm->step, 1, n);
    LNT_TRY(lnt_copy(&g, &step));
    LNT_TRY(lnt_scale(-1, &step));
    return lnt_cholesky_solve(&c, &step);
}
