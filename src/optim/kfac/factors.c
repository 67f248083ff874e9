/* SPDX-License-Identifier: MIT */
#include "optim/kfac/kfac.h"
#include "tensor/symmetric.h"

#include <float.h>
#include <math.h>
#include <string.h>

static lnt_tensor square(const lnt_optim *optim, int state, size_t at, size_t n)
{
    char *place = (char *) optim->states[state] + at * lnt_dtype_size(optim->dtype);
    return lnt_tensor_view(optim->dtype, place, n, n);
}

/* The rows of weights, and of the bias behind them, in a flat vector. */
static lnt_tensor weights_of(const lnt_optim *optim, const lnt_net *net, const lnt_kfac_block *b,
                             void *flat)
{
    char *place = (char *) flat + net->slots[b->slot].offset * lnt_dtype_size(optim->dtype);
    return lnt_tensor_view(optim->dtype, place, b->inputs, b->outputs);
}

/* --- averages --- */

lnt_status lnt_kfac_set(lnt_kfac *k, const lnt_net *net, const lnt_optim_batch *batch, size_t first)
{
    const size_t left = batch->x->rows - first;
    lnt_tensor part;
    LNT_TRY(lnt_slice_rows(batch->x, first, left < k->chunk ? left : k->chunk, 1, &part));
    return lnt_point_set(k->point, net, &part);
}

/* Row i of the layer's inputs, and a 1 for the bias, times the root of the row's weight. */
static lnt_status gather_inputs(const lnt_optim *optim, const lnt_kfac_block *b,
                                const lnt_optim_batch *batch, size_t first, lnt_tensor *inputs)
{
    const lnt_kfac *k = optim->work;
    const lnt_tensor *x = lnt_point_input(k->point, b->layer);
    *inputs = lnt_tensor_view(optim->dtype, k->inputs, x->rows, b->inputs);
    lnt_tensor part;
    LNT_TRY(lnt_slice_cols(inputs, 0, x->cols, 1, &part));
    LNT_TRY(lnt_copy(x, &part));
    if (b->bias) {
        LNT_TRY(lnt_slice_cols(inputs, x->cols, 1, 1, &part));
        LNT_TRY(lnt_fill(1, &part));
    }
    for (size_t i = 0; i < x->rows && batch->weights != NULL; i++) {
        LNT_TRY(lnt_slice_rows(inputs, i, 1, 1, &part));
        LNT_TRY(lnt_scale(sqrt(lnt_kfac_weight(batch, first + i)), &part));
    }
    return LNT_OK;
}

static lnt_status add_chunk(lnt_optim *optim, const lnt_optim_batch *batch, size_t first,
                            double share_a, double share_g, double keep)
{
    const lnt_kfac *k = optim->work;
    for (size_t i = 0; i < k->n_blocks; i++) {
        const lnt_kfac_block *b = &k->blocks[i];
        lnt_tensor a = square(optim, LNT_KFAC_FACTORS, b->a, b->inputs);
        lnt_tensor g = square(optim, LNT_KFAC_FACTORS, b->g, b->outputs), inputs;
        LNT_TRY(gather_inputs(optim, b, batch, first, &inputs));
        const lnt_tensor across = lnt_transpose(&inputs);
        LNT_TRY(lnt_syrk(share_a, &across, keep, &a));
        const lnt_tensor delta = lnt_point_delta(k->point, b->layer);
        const lnt_tensor sideways = lnt_transpose(&delta);
        LNT_TRY(lnt_syrk(share_g, &sideways, keep, &g));
    }
    return LNT_OK;
}

/* Each row draws from a place of its own, wherever its chunk begins. */
static void draw_chunk(const lnt_optim *optim, const lnt_optim_batch *batch, size_t first,
                       lnt_tensor *seed)
{
    const lnt_kfac *k = optim->work;
    const lnt_tensor output = lnt_point_output(k->point);
    lnt_random random =
        lnt_random_init(optim->config.seed, LNT_STREAM_TARGETS + ((uint64_t) optim->steps << 8));
    for (size_t i = 0; i < output.rows; i++) {
        const lnt_kfac_row row = lnt_kfac_row_of(k, batch, &output, first, i);
        random.position = 4 * (uint64_t) (first + i) * output.cols;
        lnt_kfac_draw(&row, &random, seed, i);
    }
}

lnt_status lnt_kfac_update(lnt_optim *optim, const lnt_net *net, const lnt_optim_batch *batch)
{
    lnt_kfac *k = optim->work;
    const size_t rows = batch->x->rows;
    const double begun = 1 - 1 / (double) (optim->steps + 1);
    const double keep = fmin(begun, optim->config.factor_decay);
    double total = 0;
    for (size_t i = 0; i < rows; i++) {
        total += lnt_kfac_weight(batch, i);
    }
    for (size_t first = 0; first < rows; first += k->chunk) {
        LNT_TRY(lnt_kfac_set(k, net, batch, first));
        lnt_tensor seed =
            lnt_tensor_view(optim->dtype, k->seed, k->point->rows, net->widths[net->n_layers]);
        draw_chunk(optim, batch, first, &seed);
        LNT_TRY(lnt_point_pull(k->point, &seed, NULL));
        LNT_TRY(add_chunk(optim, batch, first, total > 0 ? (1 - keep) / total : 0, 1 - keep,
                          first == 0 ? keep : 1));
    }
    return LNT_OK;
}

/* --- inverses --- */

static double mean_of_diagonal(const lnt_tensor *c)
{
    double sum = 0;
    for (size_t i = 0; i < c->rows; i++) {
        sum += lnt_tensor_get(c, i, i);
    }
    return c->rows > 0 ? sum / (double) c->rows : 0;
}

/* L of factor + damping; where rounding hides that it is definite, with more damping. */
static lnt_status factorise(const lnt_tensor *factor, double damping, lnt_tensor *l)
{
    const double rounding = factor->dtype == LNT_F64 ? DBL_EPSILON : FLT_EPSILON;
    const double least = rounding * (double) factor->rows * mean_of_diagonal(factor);
    double d = fmax(damping, least);
    bool definite = false;
    for (int tries = 0; tries < 30 && !definite; tries++, d *= 4) {
        LNT_TRY(lnt_copy(factor, l));
        for (size_t i = 0; i < l->rows; i++) {
            LNT_TRY(lnt_tensor_set(l, i, i, lnt_tensor_get(l, i, i) + d));
        }
        LNT_TRY(lnt_cholesky(l, &definite));
    }
    return definite ? LNT_OK : LNT_ERR_NONFINITE;
}

lnt_status lnt_kfac_invert(lnt_optim *optim)
{
    const lnt_kfac *k = optim->work;
    const double gamma = sqrt(optim->numbers[LNT_KFAC_LAMBDA] + optim->config.l2);
    for (size_t i = 0; i < k->n_blocks; i++) {
        const lnt_kfac_block *b = &k->blocks[i];
        const lnt_tensor a = square(optim, LNT_KFAC_FACTORS, b->a, b->inputs);
        const lnt_tensor g = square(optim, LNT_KFAC_FACTORS, b->g, b->outputs);
        lnt_tensor l_a = square(optim, LNT_KFAC_CHOLESKY, b->a, b->inputs);
        lnt_tensor l_g = square(optim, LNT_KFAC_CHOLESKY, b->g, b->outputs);
        const double of_a = mean_of_diagonal(&a), of_g = mean_of_diagonal(&g);
        const double pi = of_a > 0 && of_g > 0 ? sqrt(of_a / of_g) : 1;
        LNT_TRY(factorise(&a, pi * gamma, &l_a));
        LNT_TRY(factorise(&g, gamma / pi, &l_g));
    }
    return LNT_OK;
}

lnt_status lnt_kfac_precondition(lnt_optim *optim, const lnt_net *net)
{
    const lnt_kfac *k = optim->work;
    for (size_t i = 0; i < k->n_blocks; i++) {
        const lnt_kfac_block *b = &k->blocks[i];
        const lnt_tensor l_a = square(optim, LNT_KFAC_CHOLESKY, b->a, b->inputs);
        const lnt_tensor l_g = square(optim, LNT_KFAC_CHOLESKY, b->g, b->outputs);
        const lnt_tensor gradient = weights_of(optim, net, b, k->gradient);
        lnt_tensor direction = weights_of(optim, net, b, k->direction);
        lnt_tensor turned = lnt_tensor_view(optim->dtype, k->turned, b->outputs, b->inputs);
        LNT_TRY(lnt_copy(&gradient, &direction));
        LNT_TRY(lnt_cholesky_solve(&l_g, &direction));
        const lnt_tensor across = lnt_transpose(&direction);
        LNT_TRY(lnt_copy(&across, &turned));
        LNT_TRY(lnt_cholesky_solve(&l_a, &turned));
        const lnt_tensor back = lnt_transpose(&turned);
        LNT_TRY(lnt_copy(&back, &direction));
        LNT_TRY(lnt_scale(-1, &direction));
    }
    return LNT_OK;
}
