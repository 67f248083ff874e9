/* SPDX-License-Identifier: MIT */
#include "derivatives/derivatives.h"

lnt_derivatives_config lnt_derivatives_defaults(void)
{
    return (lnt_derivatives_config){.max_rows = 32};
}

static lnt_tensor take(lnt_arena *arena, lnt_dtype dtype, size_t rows, size_t cols)
{
    size_t size;
    if (!lnt_multiply(rows, cols, &size)) {
        arena->overflow = true;
        return (lnt_tensor){.data = NULL};
    }
    return lnt_tensor_view(dtype, lnt_arena_take(arena, size, lnt_dtype_size(dtype)), rows, cols);
}

/* NULL while measuring. */
static lnt_derivatives *place(lnt_arena *arena, const lnt_net *net,
                              const lnt_derivatives_config *config)
{
    const size_t rows = config->max_rows, inputs = net->widths[0];
    const size_t outputs = net->widths[net->n_layers];
    const unsigned second = config->second ? LNT_POINT_SECOND : 0;
    lnt_derivatives *d = lnt_arena_take(arena, 1, sizeof *d), none = {.net = NULL};
    lnt_derivatives *to = d != NULL ? d : &none;
    to->point = lnt_point_place(arena, net, rows, LNT_POINT_INPUTS | LNT_POINT_PUSH | second);
    to->x = take(arena, net->dtype, rows, inputs);
    to->x_dot = take(arena, net->dtype, rows, inputs);
    to->u = take(arena, net->dtype, rows, outputs);
    if (config->second) {
        to->u_dot = take(arena, net->dtype, rows, outputs);
    }
    if (config->targets != NULL) {
        to->y = take(arena, net->dtype, rows, outputs);
        to->target = take(arena, net->dtype, rows, outputs);
    }
    to->p_dot = take(arena, net->dtype, 1, net->n_parameters);
    to->gradient = take(arena, net->dtype, 1, net->n_parameters);
    return d;
}

static lnt_status check_config(const lnt_net *net, const lnt_derivatives_config *config,
                               lnt_error *error)
{
    const size_t inputs = net->widths[0], outputs = net->widths[net->n_layers];
    if (config->max_rows == 0) {
        return lnt_fail(error, LNT_ERR_INVALID, "max_rows is 0");
    }
    if (config->inputs != NULL && lnt_scaler_cols(config->inputs) != inputs) {
        return lnt_fail(error, LNT_ERR_SHAPE, "the inputs' scaler has %zu columns, the net %zu",
                        lnt_scaler_cols(config->inputs), inputs);
    }
    if (config->targets != NULL && lnt_scaler_cols(config->targets) != outputs) {
        return lnt_fail(error, LNT_ERR_SHAPE,
                        "the targets' scaler has %zu columns, the net %zu outputs",
                        lnt_scaler_cols(config->targets), outputs);
    }
    return LNT_OK;
}

lnt_status lnt_derivatives_create(lnt_derivatives **d, const lnt_net *net,
                                  const lnt_derivatives_config *config, lnt_error *error)
{
    if (d != NULL) {
        *d = NULL;
    }
    if (d == NULL || net == NULL || config == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "a required argument is NULL");
    }
    LNT_TRY(check_config(net, config, error));
    lnt_arena arena = {0};
    place(&arena, net, config);
    const lnt_status status = lnt_arena_open(&arena, config->allocator);
    if (status != LNT_OK) {
        return lnt_fail(error, status, "no memory for derivatives of %zu rows", config->max_rows);
    }
    *d = place(&arena, net, config);
    (*d)->owner = lnt_owner_of(config->allocator);
    (*d)->net = net;
    (*d)->dtype = net->dtype;
    (*d)->inputs = config->inputs;
    (*d)->targets = config->targets;
    (*d)->max_rows = config->max_rows;
    (*d)->second = config->second;
    return LNT_OK;
}

void lnt_derivatives_destroy(lnt_derivatives *d)
{
    if (d != NULL) {
        lnt_owner_release(d->owner, d);
    }
}

lnt_status lnt_derivatives_linearize(lnt_derivatives *d, const lnt_tensor *x, lnt_tensor *y)
{
    if (d == NULL) {
        return LNT_ERR_NULL;
    }
    d->is_set = false;
    LNT_TRY(lnt_check_real(x));
    if (x->cols != d->net->widths[0] || x->rows > d->max_rows) {
        return LNT_ERR_SHAPE;
    }
    if (x->dtype != d->dtype) {
        return LNT_ERR_DTYPE;
    }
    lnt_tensor *of_batch[] = {&d->x, &d->x_dot, &d->y, &d->u, &d->u_dot, &d->target};
    for (size_t i = 0; i < sizeof of_batch / sizeof of_batch[0]; i++) {
        of_batch[i]->rows = x->rows;
    }
    LNT_TRY(d->inputs != NULL ? lnt_scaler_transform(d->inputs, x, &d->x) : lnt_copy(x, &d->x));
    LNT_TRY(lnt_point_set(d->point, d->net, &d->x));
    lnt_tensor output = lnt_point_output(d->point);
    if (d->targets != NULL) {
        LNT_TRY(lnt_scaler_inverse_transform(d->targets, &output, &d->y));
        output = d->y;
    }
    d->is_set = true;
    if (y != NULL) {
        *y = output;
    }
    return LNT_OK;
}
