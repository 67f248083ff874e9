/* SPDX-License-Identifier: MIT */
#include "net/pass.h"

#include "loss/loss.h"
#include "net/net.h"
#include "net/pass_shards.h"
#include "tensor/blas/blas.h"
#include "tensor/view/check.h"

#include <linnet/random.h>

/* The first `rows` rows of a matrix of the pass. */
static lnt_tensor top(const lnt_tensor *matrix, size_t rows)
{
    lnt_tensor view = *matrix;
    view.rows = rows;
    return view;
}

static lnt_tensor output_of(const lnt_pass *pass)
{
    return top(&pass->activations[pass->n_layers - 1], pass->x.rows);
}

/* --- calls with a team --- */

/* What the members do in one call. */
typedef struct call {
    lnt_pass *pass;
    const lnt_net *net;
    bool forward, backward;
    const lnt_loss *loss; /* between the two, if both */
    const lnt_tensor *target, *weights;
    double value;
} call;

/* Of the output, into dL/dŷ. */
static lnt_status find_loss(call *c)
{
    const lnt_tensor output = output_of(c->pass);
    return lnt_loss_evaluate(c->loss, &output, c->target, c->weights, &c->value,
                             lnt_pass_top(c->pass));
}

static void run_member(void *context, const lnt_member *member)
{
    call *c = context;
    lnt_pass *pass = c->pass;
    if (c->forward) {
        lnt_pass_run_forward(pass, c->net, member);
    }
    if (c->forward && c->backward) {
        if (member->share.index == 0 && pass->status == LNT_OK) {
            pass->status = find_loss(c);
        }
        lnt_pass_meet(member);
    }
    if (c->backward) {
        lnt_pass_run_backward(pass, c->net, member);
    }
}

/* A team is for one caller at a time, and each of its threads for BLAS's own. */
static lnt_status enter(lnt_pass *pass)
{
    if (pass->team == NULL) {
        return LNT_OK;
    }
    LNT_TRY(lnt_pass_check_process(pass));
    if (lnt_blas_threads() > 1) {
        return LNT_ERR_THREADS;
    }
    return atomic_exchange(&pass->busy, true) ? LNT_ERR_THREADS : LNT_OK;
}

static void leave(lnt_pass *pass)
{
    if (pass->team != NULL) {
        atomic_store(&pass->busy, false);
    }
}

static lnt_status run(call *c)
{
    lnt_pass *pass = c->pass;
    pass->status = LNT_OK;
    const double work = pass->work * (double) pass->x.rows;
    lnt_pass_share(pass, work / (double) pass->n_layers, run_member, c);
    return pass->status;
}

/* --- forward --- */

/* Whether a tensor is a view that the pass gave out, which would be overwritten before it is read.
 */
static bool lies_in_pass(const lnt_pass *pass, const lnt_tensor *t)
{
    return t != NULL && lnt_lies_in(t, pass, pass->end);
}

static lnt_status check_forward(const lnt_pass *pass, const lnt_net *net, const lnt_tensor *x)
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
    return lies_in_pass(pass, x) ? LNT_ERR_ALIAS : LNT_OK;
}

/* Sets the runs for a batch; after a failure the last forward is forgotten. */
static lnt_status prepare_forward(lnt_pass *pass, const lnt_net *net, const lnt_tensor *x)
{
    LNT_TRY(lnt_pass_bind(pass, net, x));
    pass->forward_done = false;
    pass->backward_done = false;
    pass->x = *x;
    for (size_t l = 0; l < pass->n_layers; l++) {
        pass->runs[l].stream = LNT_STREAM_DROPOUT + ((uint64_t) l << 8) + (pass->draw << 24);
    }
    return LNT_OK;
}

static void finish_forward(lnt_pass *pass, const lnt_net *net)
{
    pass->net = net;
    pass->forward_done = true;
    pass->draw += pass->mode == LNT_TRAINING;
}

static lnt_status forward(lnt_pass *pass, const lnt_net *net, const lnt_tensor *x)
{
    LNT_TRY(prepare_forward(pass, net, x));
    LNT_TRY(run(&(call){.pass = pass, .net = net, .forward = true}));
    finish_forward(pass, net);
    return LNT_OK;
}

lnt_status lnt_pass_forward(lnt_pass *pass, const lnt_net *net, const lnt_tensor *x,
                            lnt_tensor *output)
{
    LNT_TRY(check_forward(pass, net, x));
    LNT_TRY(enter(pass));
    const lnt_status status = forward(pass, net, x);
    leave(pass);
    if (status == LNT_OK && output != NULL) {
        *output = output_of(pass);
    }
    return status;
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
        return LNT_ERR_STATE;
    }
    *output = top(&pass->activations[i], pass->x.rows);
    return LNT_OK;
}

uint64_t lnt_pass_rng_counter(const lnt_pass *pass)
{
    return pass->draw;
}

lnt_status lnt_pass_set_rng_counter(lnt_pass *pass, uint64_t draw)
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

lnt_status lnt_net_update_running_stats(lnt_net *net, const lnt_pass *pass)
{
    if (net == NULL || pass == NULL) {
        return LNT_ERR_NULL;
    }
    if (pass->signature != net->signature) {
        return LNT_ERR_MISMATCH;
    }
    if (!pass->forward_done || pass->mode != LNT_TRAINING) {
        return LNT_ERR_STATE;
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
        return LNT_ERR_STATE;
    }
    const lnt_tensor output = output_of(pass);
    return lnt_loss_evaluate(loss, &output, target, weights, value, NULL);
}

static lnt_status check_backward(const lnt_pass *pass, const lnt_net *net)
{
    if (pass == NULL || net == NULL) {
        return LNT_ERR_NULL;
    }
    if (!pass->forward_done || pass->mode != LNT_TRAINING) {
        return LNT_ERR_STATE;
    }
    return pass->net == net ? LNT_OK : LNT_ERR_MISMATCH;
}

/* The chain rule from the last layer to the first, from dL/dŷ. */
static lnt_status chain(lnt_pass *pass, const lnt_net *net)
{
    pass->backward_done = false;
    LNT_TRY(run(&(call){.pass = pass, .net = net, .backward = true}));
    pass->backward_done = true;
    return LNT_OK;
}

lnt_status lnt_pass_backward(lnt_pass *pass, const lnt_net *net, const lnt_loss *loss,
                             const lnt_tensor *target, const lnt_tensor *weights, double *value)
{
    LNT_TRY(check_backward(pass, net));
    call c = {.pass = pass, .net = net, .loss = loss, .target = target, .weights = weights};
    LNT_TRY(find_loss(&c));
    LNT_TRY(enter(pass));
    const lnt_status status = chain(pass, net);
    leave(pass);
    if (status == LNT_OK && value != NULL) {
        *value = c.value;
    }
    return status;
}

lnt_status lnt_pass_backward_from(lnt_pass *pass, const lnt_net *net,
                                  const lnt_tensor *output_gradient)
{
    LNT_TRY(check_backward(pass, net));
    if (output_gradient != NULL && output_gradient->dtype != pass->dtype) {
        return LNT_ERR_DTYPE;
    }
    LNT_TRY(lnt_copy(output_gradient, lnt_pass_top(pass)));
    LNT_TRY(enter(pass));
    const lnt_status status = chain(pass, net);
    leave(pass);
    return status;
}

/* The same shard by shard. */
static lnt_status run_shards(call *c)
{
    lnt_pass *pass = c->pass;
    lnt_shard_call shards = {
        .pass = pass, .net = c->net, .loss = c->loss, .target = c->target, .weights = c->weights};
    const lnt_tensor output = output_of(pass);
    LNT_TRY(lnt_loss_begin(c->loss, &output, c->target, c->weights, &shards.divisor));
    lnt_pass_share(pass, pass->work * (double) pass->x.rows, lnt_shards_run, &shards);
    c->value = lnt_shards_value(&shards);
    return LNT_OK;
}

/* Forward, loss and backward in one call of the team. */
static lnt_status evaluate(call *c, const lnt_tensor *x)
{
    lnt_pass *pass = c->pass;
    LNT_TRY(prepare_forward(pass, c->net, x));
    LNT_TRY(lnt_shards_apply(pass, c->loss) ? run_shards(c) : run(c));
    finish_forward(pass, c->net);
    pass->backward_done = true;
    return LNT_OK;
}

/*
 * A loss function of the caller's runs between two calls of the team: if it leaves by an exception
 * or longjmp, no worker waits for it.
 */
static lnt_status evaluate_custom(lnt_pass *pass, const lnt_net *net, const lnt_tensor *x,
                                  const lnt_loss *loss, const lnt_tensor *target,
                                  const lnt_tensor *weights, double *value)
{
    const uint64_t draw = pass->draw;
    LNT_TRY(lnt_pass_forward(pass, net, x, NULL));
    const lnt_status status = lnt_pass_backward(pass, net, loss, target, weights, value);
    if (status != LNT_OK) {
        pass->forward_done = false;
        pass->draw = draw;
    }
    return status;
}

lnt_status lnt_pass_forward_backward(lnt_pass *pass, const lnt_net *net, const lnt_tensor *x,
                                     const lnt_loss *loss, const lnt_tensor *target,
                                     const lnt_tensor *weights, double *value)
{
    LNT_TRY(check_forward(pass, net, x));
    if (pass->mode != LNT_TRAINING) {
        return LNT_ERR_STATE;
    }
    if (lies_in_pass(pass, target) || lies_in_pass(pass, weights)) {
        return LNT_ERR_ALIAS;
    }
    if (loss != NULL && loss->kind == LNT_LOSS_CUSTOM) {
        return evaluate_custom(pass, net, x, loss, target, weights, value);
    }
    call c = {.pass = pass,
              .net = net,
              .forward = true,
              .backward = true,
              .loss = loss,
              .target = target,
              .weights = weights};
    LNT_TRY(enter(pass));
    const lnt_status status = evaluate(&c, x);
    leave(pass);
    if (status == LNT_OK && value != NULL) {
        *value = c.value;
    }
    return status;
}

lnt_status lnt_pass_set_spin(lnt_pass *pass, bool awake)
{
    if (pass == NULL) {
        return LNT_ERR_NULL;
    }
    if (pass->team != NULL) {
        lnt_team_set_spin(pass->team, awake);
    }
    return LNT_OK;
}

lnt_tensor lnt_pass_gradients(lnt_pass *pass)
{
    const size_t count = pass->mode == LNT_TRAINING ? pass->n_parameters : 0;
    return lnt_tensor_view(pass->dtype, pass->flat_gradients, 1, count);
}

lnt_status lnt_pass_gradient(lnt_pass *pass, size_t i, lnt_tensor *gradient)
{
    if (pass == NULL || gradient == NULL) {
        return LNT_ERR_NULL;
    }
    if (pass->mode != LNT_TRAINING) {
        return LNT_ERR_STATE;
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
        return LNT_ERR_STATE;
    }
    *gradient = pass->runs[0].dx;
    return LNT_OK;
}
