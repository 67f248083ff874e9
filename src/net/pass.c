/* SPDX-License-Identifier: MIT */
#include "net/pass.h"

#include "net/net.h"

#include <linnet/random.h>

/* The first `rows` rows of a matrix of the pass. */
static lnt_tensor top(const lnt_tensor *matrix, size_t rows)
{
    lnt_tensor view = *matrix;
    view.rows = rows;
    return view;
}

/* What layer `l` is run with in forward `draw`, but for x, dy and dx. */
static lnt_layer_run run_of(const lnt_pass *pass, const lnt_net *net, size_t l, size_t rows,
                            uint64_t draw)
{
    lnt_layer_run run = {
        .mode = pass->mode,
        .parameters = pass->parameters + net->first_tensor[l],
        .statistics = pass->parameters + net->n_tensors + net->first_statistic[l],
        .y = top(&pass->activations[l], rows),
        .seed = pass->seed,
        .stream = LNT_STREAM_DROPOUT + ((uint64_t) l << 8) + (draw << 24),
    };
    if (pass->mode == LNT_TRAINING) {
        run.cache = top(&pass->caches[l], rows);
        run.once = pass->onces[l];
        run.gradients = pass->gradients + net->first_tensor[l];
    }
    return run;
}

/* What goes into layer `l`: the output of the one before, or x. */
static lnt_tensor input_of(const lnt_pass *pass, size_t l)
{
    return l > 0 ? top(&pass->activations[l - 1], pass->x.rows) : pass->x;
}

static lnt_tensor output_of(const lnt_pass *pass)
{
    return top(&pass->activations[pass->n_layers - 1], pass->x.rows);
}

/* Points the pass's parameter views at this net. */
static lnt_status adopt(lnt_pass *pass, const lnt_net *net)
{
    if (pass->signature != net->signature) {
        return LNT_ERR_ORDER;
    }
    const size_t count = net->n_tensors + net->n_statistics;
    if (count > 0 && pass->parameters[0].data == net->parameters) {
        return LNT_OK; /* the views are those of this net already */
    }
    for (size_t i = 0; i < count; i++) {
        pass->parameters[i] = lnt_net_view(net, i, net->parameters);
    }
    return LNT_OK;
}

lnt_status lnt_pass_forward(lnt_pass *pass, const lnt_net *net, const lnt_tensor *x,
                            lnt_tensor *output)
{
    if (pass == NULL || net == NULL || x == NULL || (x->data == NULL && x->rows > 0)) {
        return LNT_ERR_NULL;
    }
    if (x->dtype != net->dtype) {
        return LNT_ERR_DTYPE;
    }
    if (x->cols != net->widths[0] || x->rows > pass->max_rows) {
        return LNT_ERR_SHAPE;
    }
    LNT_TRY(adopt(pass, net));
    pass->forward_done = false;
    pass->backward_done = false;
    pass->x = *x;
    for (size_t l = 0; l < net->n_layers; l++) {
        const lnt_layer *layer = &net->layers[l];
        lnt_layer_run run = run_of(pass, net, l, x->rows, pass->draw);
        run.x = input_of(pass, l);
        if (layer->kind->has_span) {
            run.skip = input_of(pass, l - layer->span);
        }
        LNT_TRY(layer->kind->forward(layer, &run));
    }
    pass->net = net;
    pass->forward_done = true;
    pass->last_draw = pass->draw;
    pass->draw += pass->mode == LNT_TRAINING;
    if (output != NULL) {
        *output = output_of(pass);
    }
    return LNT_OK;
}

lnt_status lnt_pass_layer_output(const lnt_pass *pass, size_t i, lnt_tensor *output)
{
    if (pass == NULL || output == NULL) {
        return LNT_ERR_NULL;
    }
    if (i >= pass->n_layers) {
        return LNT_ERR_INVALID;
    }
    if (!pass->forward_done || pass->mode != LNT_TRAINING) {
        return LNT_ERR_ORDER;
    }
    *output = top(&pass->activations[i], pass->x.rows);
    return LNT_OK;
}

uint64_t lnt_pass_draw(const lnt_pass *pass)
{
    return pass->draw;
}

lnt_status lnt_pass_set_draw(lnt_pass *pass, uint64_t draw)
{
    if (pass == NULL) {
        return LNT_ERR_NULL;
    }
    if (draw >> 40 != 0) {
        return LNT_ERR_INVALID; /* it shares 64 bits with the layer's number */
    }
    pass->draw = draw;
    return LNT_OK;
}

lnt_status lnt_net_update_statistics(lnt_net *net, const lnt_pass *pass)
{
    if (net == NULL || pass == NULL) {
        return LNT_ERR_NULL;
    }
    if (!pass->forward_done || pass->mode != LNT_TRAINING || pass->signature != net->signature) {
        return LNT_ERR_ORDER;
    }
    for (size_t l = 0; net->n_statistics > 0 && l < net->n_layers; l++) {
        const lnt_layer *layer = &net->layers[l];
        if (layer->kind->update == NULL) {
            continue;
        }
        lnt_tensor views[LNT_LAYER_MAX_TENSORS];
        const size_t first = net->first_statistic[l];
        for (size_t i = first; i < net->first_statistic[l + 1]; i++) {
            views[i - first] = lnt_net_view(net, net->n_tensors + i, net->parameters);
        }
        layer->kind->update(layer, pass->x.rows, pass->onces[l], views);
    }
    return LNT_OK;
}

lnt_status lnt_pass_loss(const lnt_pass *pass, const lnt_loss *loss, const lnt_tensor *target,
                         const lnt_tensor *weights, double *value)
{
    if (pass == NULL) {
        return LNT_ERR_NULL;
    }
    if (!pass->forward_done) {
        return LNT_ERR_ORDER;
    }
    const lnt_tensor output = output_of(pass);
    return lnt_loss_evaluate(loss, &output, target, weights, value, NULL);
}

static lnt_status check_backward(const lnt_pass *pass, const lnt_net *net)
{
    if (pass == NULL || net == NULL) {
        return LNT_ERR_NULL;
    }
    const bool ready = pass->forward_done && pass->mode == LNT_TRAINING;
    return ready && pass->net == net ? LNT_OK : LNT_ERR_ORDER;
}

/* Residual layers kept dL/dy for the input of their group: now that it is reached, it is added. */
static lnt_status add_skips(const lnt_pass *pass, const lnt_net *net, size_t l, lnt_tensor *dx)
{
    for (size_t k = l + 1; net->comes_back[l] && k < net->n_layers; k++) {
        if (net->layers[k].kind->has_span && k - net->layers[k].span == l) {
            const lnt_tensor skip = lnt_tensor_of(pass->dtype, pass->skips[k], dx->rows, dx->cols);
            LNT_TRY(lnt_axpy(1, &skip, dx));
        }
    }
    return LNT_OK;
}

/* The chain rule from the last layer to the first; deltas[0] holds dL/dŷ. */
static lnt_status chain(lnt_pass *pass, const lnt_net *net)
{
    const size_t rows = pass->x.rows;
    LNT_TRY(adopt(pass, net));
    pass->backward_done = false;
    void *delta = pass->deltas[0];
    for (size_t l = net->n_layers; l-- > 0;) {
        const size_t inputs = net->widths[l], outputs = net->widths[l + 1];
        void *other = delta == pass->deltas[0] ? pass->deltas[1] : pass->deltas[0];
        lnt_layer_run run = run_of(pass, net, l, rows, pass->last_draw);
        run.x = input_of(pass, l);
        run.dy = lnt_tensor_of(pass->dtype, delta, rows, outputs);
        run.need_dx = l > 0 || pass->input_gradient;
        run.dx = lnt_tensor_of(pass->dtype, other, rows, inputs);
        if (pass->skips[l] != NULL) {
            lnt_tensor skip = lnt_tensor_of(pass->dtype, pass->skips[l], rows, outputs);
            LNT_TRY(lnt_copy(&run.dy, &skip));
        }
        LNT_TRY(net->layers[l].kind->backward(&net->layers[l], &run));
        if (run.need_dx) {
            LNT_TRY(add_skips(pass, net, l, &run.dx));
        }
        pass->dx = run.dx;
        delta = run.dx.data;
    }
    pass->backward_done = true;
    return LNT_OK;
}

lnt_status lnt_pass_backward(lnt_pass *pass, const lnt_net *net, const lnt_loss *loss,
                             const lnt_tensor *target, const lnt_tensor *weights, double *value)
{
    LNT_TRY(check_backward(pass, net));
    const lnt_tensor output = output_of(pass);
    lnt_tensor delta = lnt_tensor_of(pass->dtype, pass->deltas[0], output.rows, output.cols);
    double sum;
    LNT_TRY(lnt_loss_evaluate(loss, &output, target, weights, &sum, &delta));
    LNT_TRY(chain(pass, net));
    if (value != NULL) {
        *value = sum;
    }
    return LNT_OK;
}

lnt_status lnt_pass_backward_from(lnt_pass *pass, const lnt_net *net,
                                  const lnt_tensor *output_gradient)
{
    LNT_TRY(check_backward(pass, net));
    const lnt_tensor output = output_of(pass);
    lnt_tensor delta = lnt_tensor_of(pass->dtype, pass->deltas[0], output.rows, output.cols);
    if (output_gradient != NULL && output_gradient->dtype != pass->dtype) {
        return LNT_ERR_DTYPE;
    }
    LNT_TRY(lnt_copy(output_gradient, &delta));
    return chain(pass, net);
}

lnt_tensor lnt_pass_gradients(lnt_pass *pass)
{
    const size_t count = pass->mode == LNT_TRAINING ? pass->n_parameters : 0;
    return lnt_tensor_of(pass->dtype, pass->flat_gradients, 1, count);
}

lnt_status lnt_pass_gradient(lnt_pass *pass, size_t i, lnt_tensor *gradient)
{
    if (pass == NULL || gradient == NULL) {
        return LNT_ERR_NULL;
    }
    if (pass->mode != LNT_TRAINING) {
        return LNT_ERR_ORDER;
    }
    if (i >= pass->n_tensors) {
        return LNT_ERR_INVALID;
    }
    *gradient = pass->gradients[i];
    return LNT_OK;
}

lnt_status lnt_pass_input_gradient(lnt_pass *pass, lnt_tensor *gradient)
{
    if (pass == NULL || gradient == NULL) {
        return LNT_ERR_NULL;
    }
    if (!pass->input_gradient || !pass->backward_done) {
        return LNT_ERR_ORDER;
    }
    *gradient = pass->dx;
    return LNT_OK;
}
