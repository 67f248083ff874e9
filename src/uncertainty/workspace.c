/* SPDX-License-Identifier: MIT */
#include "uncertainty/workspace.h"

enum { MOST_ROWS = 256, LEAST_ROWS = 16, PANEL = 1 << 19 };

lnt_status lnt_laplace_takes(const lnt_net *net, lnt_error *error)
{
    size_t layer;
    for (layer = 0; layer < net->n_layers; layer++) {
        const lnt_layer_rules *rules = net->layers[layer].kind->rules;
        if (rules != &lnt_dense_rules && rules != &lnt_activation_rules &&
            rules != &lnt_residual_rules) {
            break;
        }
    }
    if (layer < net->n_layers) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "Laplace approximation: layer %zu, %s, has no rule for it; layers may be "
                        "dense, activations and residual sums",
                        layer, lnt_layer_name(&net->layers[layer]));
    }
    if (lnt_laplace_dense(net->layers, net->n_layers, &layer) == 0) {
        return lnt_fail(error, LNT_ERR_INVALID, "Laplace approximation: no layer is dense");
    }
    return LNT_OK;
}

static size_t parameters_of(const lnt_net *net, lnt_laplace_structure structure)
{
    size_t last = 0;
    if (structure == LNT_LAPLACE_KRONECKER) {
        return 0;
    }
    (void) lnt_laplace_dense(net->layers, net->n_layers, &last);
    return structure == LNT_LAPLACE_FULL
               ? net->n_parameters
               : (net->widths[last] + (net->layers[last].bias ? 1 : 0)) * net->widths[last + 1];
}

size_t lnt_laplace_rows_at_once(const lnt_net *net, lnt_laplace_structure structure)
{
    const size_t parameters = parameters_of(net, structure);
    const size_t rows = parameters > 0 ? PANEL / parameters : MOST_ROWS;
    return rows > MOST_ROWS ? MOST_ROWS : rows < LEAST_ROWS ? LEAST_ROWS : rows;
}

static lnt_tensor take(lnt_arena *arena, lnt_dtype dtype, size_t rows, size_t cols)
{
    size_t size;
    if (!lnt_multiply(rows, cols, &size)) {
        arena->overflow = true;
        size = 0;
    }
    return lnt_tensor_view(dtype, lnt_arena_take(arena, size, lnt_dtype_size(dtype)), rows, cols);
}

void lnt_laplace_desk_place(lnt_arena *arena, const lnt_net *net, lnt_laplace_structure structure,
                            size_t max_rows, lnt_laplace_desk *desk)
{
    size_t widest = 0;
    for (size_t l = 0; l <= net->n_layers; l++) {
        widest = net->widths[l] > widest ? net->widths[l] : widest;
    }
    desk->max_rows = max_rows;
    desk->point = lnt_point_place(arena, net, max_rows, 0);
    desk->seed = take(arena, net->dtype, max_rows, net->widths[net->n_layers]);
    desk->inputs = take(arena, LNT_F64, max_rows, widest + 1);
    desk->deltas = take(arena, LNT_F64, max_rows, widest);
    desk->panel = take(arena, LNT_F64, max_rows, parameters_of(net, structure));
}

lnt_status lnt_laplace_inputs(lnt_laplace_desk *desk, size_t l, lnt_tensor *inputs)
{
    const lnt_tensor *x = lnt_point_input(desk->point, l);
    const bool bias = desk->point->net->layers[l].bias;
    *inputs = lnt_tensor_view(LNT_F64, desk->inputs.data, x->rows, x->cols + (bias ? 1 : 0));
    lnt_tensor part;
    LNT_TRY(lnt_slice_cols(inputs, 0, x->cols, 1, &part));
    LNT_TRY(lnt_copy(x, &part));
    if (bias) {
        LNT_TRY(lnt_slice_cols(inputs, x->cols, 1, 1, &part));
        LNT_TRY(lnt_fill(1, &part));
    }
    return LNT_OK;
}

lnt_status lnt_laplace_deltas(lnt_laplace_desk *desk, size_t l, lnt_tensor *deltas)
{
    const lnt_tensor d = lnt_point_delta(desk->point, l);
    *deltas = lnt_tensor_view(LNT_F64, desk->deltas.data, d.rows, d.cols);
    return lnt_copy(&d, deltas);
}

/* Row by row the products of all inputs with all deltas, `stride` from row to row. */
static void multiply_out(const lnt_tensor *inputs, const lnt_tensor *deltas, double *panel,
                         size_t stride)
{
    for (size_t n = 0; n < inputs->rows; n++) {
        const double *a = (const double *) inputs->data + n * inputs->cols;
        const double *d = (const double *) deltas->data + n * deltas->cols;
        double *row = panel + n * stride;
        for (size_t i = 0; i < inputs->cols; i++) {
            for (size_t j = 0; j < deltas->cols; j++) {
                *row++ = a[i] * d[j];
            }
        }
    }
}

lnt_status lnt_laplace_rows(lnt_laplace_desk *desk, const lnt_laplace_block *block,
                            lnt_tensor *rows)
{
    *rows = lnt_tensor_view(LNT_F64, desk->panel.data, desk->point->rows, block->n_a);
    size_t offset = 0;
    for (size_t l = block->first; l < block->end; l++) {
        if (desk->point->net->layers[l].kind->has_weights) {
            lnt_tensor inputs, deltas;
            LNT_TRY(lnt_laplace_inputs(desk, l, &inputs));
            LNT_TRY(lnt_laplace_deltas(desk, l, &deltas));
            multiply_out(&inputs, &deltas, (double *) rows->data + offset, block->n_a);
            offset += inputs.cols * deltas.cols;
        }
    }
    return LNT_OK;
}
