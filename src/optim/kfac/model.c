/* SPDX-License-Identifier: MIT */
#include "optim/kfac/kfac.h"

#include <math.h>

/* Of the quadratic model: the matrix [2, 2] and the slopes along Δ and δ. */
typedef struct model {
    double q[3]; /* ΔΔ, Δδ, δδ */
    double slope[2];
} model;

static lnt_tensor flat(const lnt_optim *optim, void *vector, size_t first, size_t count)
{
    return lnt_tensor_view(optim->dtype, (char *) vector + first * lnt_dtype_size(optim->dtype), 1,
                           count);
}

/* (Jv)ᵀ·H·(Jw) for the pairs of Δ and δ, over one chunk. */
static lnt_status add_fisher(lnt_optim *optim, const lnt_optim_batch *batch, size_t first,
                             bool last, model *m)
{
    const lnt_kfac *k = optim->work;
    const lnt_tensor output = lnt_point_output(k->point);
    lnt_tensor along = lnt_tensor_view(optim->dtype, k->along, output.rows, output.cols), push;
    LNT_TRY(lnt_point_push(k->point, NULL, k->direction, &push));
    LNT_TRY(lnt_copy(&push, &along));
    if (last) {
        LNT_TRY(lnt_point_push(k->point, NULL, optim->states[LNT_KFAC_LAST], &push));
    }
    for (size_t i = 0; i < output.rows; i++) {
        const lnt_kfac_row row = lnt_kfac_row_of(k, batch, &output, first, i);
        m->q[0] += lnt_kfac_form(&row, &along, &along, i);
        if (last) {
            m->q[1] += lnt_kfac_form(&row, &along, &push, i);
            m->q[2] += lnt_kfac_form(&row, &push, &push, i);
        }
    }
    return LNT_OK;
}

/* λ + η, and the gradient. */
static lnt_status add_rest(lnt_optim *optim, bool last, model *m)
{
    const lnt_kfac *k = optim->work;
    for (size_t i = 0; i < optim->n_segments; i++) {
        const lnt_optim_segment *s = &optim->segments[i];
        const double damping = optim->numbers[LNT_KFAC_LAMBDA] + s->l2;
        const lnt_tensor g = flat(optim, k->gradient, s->first, s->count);
        const lnt_tensor d = flat(optim, k->direction, s->first, s->count);
        const lnt_tensor e = flat(optim, optim->states[LNT_KFAC_LAST], s->first, s->count);
        double dots[5] = {0};
        LNT_TRY(lnt_dot(&d, &d, &dots[0]));
        LNT_TRY(lnt_dot(&g, &d, &dots[3]));
        if (last) {
            LNT_TRY(lnt_dot(&d, &e, &dots[1]));
            LNT_TRY(lnt_dot(&e, &e, &dots[2]));
            LNT_TRY(lnt_dot(&g, &e, &dots[4]));
        }
        for (int j = 0; j < 3; j++) {
            m->q[j] += damping * dots[j];
        }
        m->slope[0] += dots[3];
        m->slope[1] += dots[4];
    }
    return LNT_OK;
}

/* The least point; along Δ alone where the two are parallel but for rounding. */
static lnt_kfac_least least_of(const model *m)
{
    const double *q = m->q, *b = m->slope;
    const double determinant = q[0] * q[2] - q[1] * q[1];
    lnt_kfac_least least = {0};
    if (determinant > 1e-12 * q[0] * q[2]) {
        least.alpha = (q[1] * b[1] - q[2] * b[0]) / determinant;
        least.mu = (q[1] * b[0] - q[0] * b[1]) / determinant;
    } else if (q[0] > 0) {
        least.alpha = -b[0] / q[0];
    }
    least.value = (least.alpha * b[0] + least.mu * b[1]) / 2;
    return least;
}

lnt_status lnt_kfac_model(lnt_optim *optim, const lnt_net *net, const lnt_optim_batch *batch,
                          bool last, lnt_kfac_least *least)
{
    lnt_kfac *k = optim->work;
    const size_t rows = batch->x->rows;
    model m = {.q = {0}};
    for (size_t first = 0; first < rows; first += k->chunk) {
        if (rows > k->chunk) {
            LNT_TRY(lnt_kfac_set(k, net, batch, first));
        }
        LNT_TRY(add_fisher(optim, batch, first, last, &m));
    }
    LNT_TRY(add_rest(optim, last, &m));
    *least = least_of(&m);
    return LNT_OK;
}
