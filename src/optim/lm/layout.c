/* SPDX-License-Identifier: MIT */
#include "base/smaller.h"
#include "optim/lm/lm.h"

#include <limits.h>
#include <stdio.h>

/* Memory of both forms, and which is taken. */

enum { PANEL_BYTES = 1 << 21, LEAST_ROWS = 64, MOST_ROWS = 512, TILE_RESIDUALS = 192 };

static size_t outputs_of(const lnt_net *net)
{
    return net->widths[net->n_layers];
}

/* Order of the form's matrix; SIZE_MAX if LAPACK cannot count it. */
static size_t order_of(const lnt_optim_config *config, const lnt_net *net, lnt_lm_system form)
{
    size_t order = net->n_parameters;
    if (form == LNT_LM_DUAL && !lnt_multiply(config->max_rows, outputs_of(net), &order)) {
        return SIZE_MAX;
    }
    return order <= INT_MAX ? order : SIZE_MAX;
}

static lnt_lm_system form_of(const lnt_optim_config *config, const lnt_net *net,
                             const lnt_optim_sizes *sizes)
{
    if (config->form != LNT_LM_AUTO) {
        return config->form;
    }
    const size_t residuals = order_of(config, net, LNT_LM_DUAL);
    const bool few = (double) residuals < 0.8 * (double) net->n_parameters;
    const lnt_lm_system form = few ? LNT_LM_DUAL : LNT_LM_NORMAL;
    const lnt_lm_system other = few ? LNT_LM_NORMAL : LNT_LM_DUAL;
    const size_t rows = config->max_rows;
    return !lnt_lm_fits(config, lnt_lm_bytes_of(config, net, sizes, form, rows)) &&
                   lnt_lm_fits(config, lnt_lm_bytes_of(config, net, sizes, other, rows))
               ? other
               : form;
}

/* --- placing --- */

static void *take(lnt_arena *arena, const lnt_net *net, size_t rows, size_t cols)
{
    size_t count;
    if (!lnt_multiply(rows, cols, &count)) {
        arena->overflow = true;
        return NULL;
    }
    return lnt_arena_take(arena, count, lnt_dtype_size(net->dtype));
}

static void place_residuals(lnt_arena *arena, const lnt_net *net, size_t rows, lnt_lm_residuals *r)
{
    const size_t outputs = outputs_of(net);
    r->max_rows = rows;
    r->outputs = outputs;
    r->factors = take(arena, net, rows, 1);
    r->roots = take(arena, net, rows, outputs);
    r->rho = take(arena, net, rows, outputs);
    r->seeds = take(arena, net, rows, outputs);
}

static void place_normal(lnt_arena *arena, const lnt_optim_config *config, const lnt_net *net,
                         lnt_lm *lm)
{
    const size_t row = net->n_parameters * lnt_dtype_size(net->dtype);
    const size_t fit = PANEL_BYTES / (row > 0 ? row : 1);
    size_t residuals = order_of(config, net, LNT_LM_DUAL);
    lm->panel_rows =
        lnt_smaller(fit < LEAST_ROWS ? LEAST_ROWS : lnt_smaller(fit, MOST_ROWS), residuals);
    const size_t rows = lnt_smaller(lm->panel_rows, config->max_rows);
    lm->panel = take(arena, net, lm->panel_rows, net->n_parameters);
    lm->point = lnt_point_place(arena, net, rows, 0);
    place_residuals(arena, net, rows, &lm->residuals);
}

static void place_dual(lnt_arena *arena, const lnt_optim_config *config, const lnt_net *net,
                       size_t order, lnt_lm *lm)
{
    const size_t outputs = outputs_of(net), fit = TILE_RESIDUALS / outputs;
    size_t widths = 0;
    for (size_t l = 0; l < net->n_layers; l++) {
        widths += net->first_tensor[l + 1] > net->first_tensor[l] ? net->widths[l + 1] : 0;
    }
    lm->tile = lnt_smaller(fit > 0 ? fit : 1, config->max_rows);
    lm->panel = take(arena, net, order, widths);
    lm->inputs_dot = take(arena, net, lm->tile, lm->tile);
    lm->deltas_dot = take(arena, net, lm->tile * outputs, lm->tile * outputs);
    lm->right = take(arena, net, order, 1);
    lm->solution = take(arena, net, order, 1);
    const bool two = config->l2 > 0 && !config->decay_all && !config->bayesian;
    lm->of_biases = two ? take(arena, net, order, order) : NULL;
    lm->point = lnt_point_place(arena, net, config->max_rows, LNT_POINT_PUSH);
    place_residuals(arena, net, config->max_rows, &lm->residuals);
}

void *lnt_lm_place(lnt_arena *arena, const lnt_optim_config *config, const lnt_net *net,
                   const lnt_optim_sizes *sizes)
{
    lnt_lm none = {.form = LNT_LM_AUTO}, *placed = lnt_arena_take(arena, 1, sizeof *placed);
    lnt_lm *lm = placed != NULL ? placed : &none;
    lm->form = form_of(config, net, sizes);
    const size_t order = order_of(config, net, lm->form);
    if (order == SIZE_MAX) {
        arena->overflow = true;
        return NULL;
    }
    lm->step = take(arena, net, net->n_parameters, 1);
    lm->gradient = take(arena, net, net->n_parameters, 1);
    lm->trial = take(arena, net, net->n_parameters, 1);
    lm->matrix = take(arena, net, order, order);
    lm->factor = take(arena, net, order, order);
    if (lm->form == LNT_LM_DUAL) {
        place_dual(arena, config, net, order, lm);
    } else {
        place_normal(arena, config, net, lm);
    }
    return placed;
}
