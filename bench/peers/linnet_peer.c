/* SPDX-License-Identifier: MIT */
/* Linnet, through its public interface. */
#include "peer.h"

#include <linnet/linnet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct contender {
    lnt_net *net;
    lnt_pass *pass;
    lnt_optim *optim; /* NULL for inference */
    lnt_loss loss;
    lnt_tensor x, y;
    double value;
} contender;

static void check(lnt_status status, const char *what)
{
    if (status != LNT_OK) {
        lnt_peer_fail(what, lnt_status_text(status));
    }
}

/* --- opening --- */

static lnt_activation activation(const char *name)
{
    lnt_activation found;
    check(lnt_activation_find(name, &found), name);
    return found;
}

static lnt_net *create_net(const lnt_peer_problem *p, lnt_dtype dtype)
{
    lnt_layer layers[LNT_PEER_MOST_LAYERS];
    for (size_t l = 0; l < p->n_layers; l++) {
        const char *name = l + 1 < p->n_layers ? p->hidden : p->output;
        layers[l] = lnt_dense(p->widths[l + 1], activation(name));
    }
    lnt_net_config config = lnt_net_defaults();
    config.dtype = dtype;
    config.inputs = p->widths[0];
    config.layers = layers;
    config.n_layers = p->n_layers;
    lnt_net *net;
    check(lnt_net_create(&net, &config), "net");
    const lnt_tensor initial = lnt_tensor_const_view(dtype, p->parameters, 1, p->n_parameters);
    lnt_tensor parameters = lnt_net_parameters(net);
    check(lnt_copy(&initial, &parameters), "parameters");
    return net;
}

static lnt_pass *create_pass(const lnt_peer_problem *p, const lnt_net *net)
{
    lnt_pass_config config = lnt_pass_defaults();
    config.max_rows = lnt_peer_rows(p);
    config.mode = p->inference ? LNT_INFERENCE : LNT_TRAINING;
    config.threads = (unsigned) p->threads;
    lnt_pass *pass;
    check(lnt_pass_create(&pass, net, &config), "pass");
    return pass;
}

static lnt_optim *create_optim(const lnt_peer_problem *p, const lnt_net *net)
{
    lnt_optim_kind kind;
    check(lnt_optim_find(p->optimizer, &kind), p->optimizer);
    lnt_optim_config config = lnt_optim_defaults(kind);
    config.learning_rate = p->learning_rate;
    lnt_optim *optim;
    check(lnt_optim_create(&optim, net, &config), "optimiser");
    return optim;
}

static void *open_linnet(const lnt_peer_problem *p, const char **reason)
{
    (void) reason;
    check(lnt_blas_set_threads(1), "threads");
    lnt_dtype dtype = strcmp(p->dtype, "f64") == 0 ? LNT_F64 : LNT_F32;
    contender *c = lnt_peer_allocate(1, sizeof *c);
    c->net = create_net(p, dtype);
    c->pass = create_pass(p, c->net);
    check(lnt_pass_set_spin(c->pass, true), "pass");
    c->optim = p->inference ? NULL : create_optim(p, c->net);
    c->loss = lnt_mse(LNT_MEAN);
    c->x = lnt_tensor_const_view(dtype, p->x, lnt_peer_rows(p), p->widths[0]);
    c->y = lnt_tensor_const_view(dtype, p->y, lnt_peer_rows(p), p->widths[p->n_layers]);
    return c;
}

/* --- running --- */

static lnt_status step(contender *c)
{
    if (c->optim == NULL) {
        return lnt_pass_forward(c->pass, c->net, &c->x, NULL);
    }
    LNT_TRY(lnt_pass_forward_backward(c->pass, c->net, &c->x, &c->loss, &c->y, NULL, &c->value));
    return lnt_optim_step(c->optim, c->net, c->pass);
}

static void run_linnet(void *state, size_t steps)
{
    for (size_t i = 0; i < steps; i++) {
        check(step(state), "step");
    }
}

static void read_linnet(void *state, void *parameters, void *outputs)
{
    contender *c = state;
    const lnt_tensor now = lnt_net_parameters_read_only(c->net);
    lnt_tensor copy = lnt_tensor_view(now.dtype, parameters, 1, now.cols);
    check(lnt_copy(&now, &copy), "parameters");
    lnt_tensor y;
    check(lnt_pass_forward(c->pass, c->net, &c->x, &y), "forward");
    copy = lnt_tensor_view(y.dtype, outputs, y.rows, y.cols);
    check(lnt_copy(&y, &copy), "outputs");
}

static void close_linnet(void *state)
{
    contender *c = state;
    lnt_optim_destroy(c->optim);
    lnt_pass_destroy(c->pass);
    lnt_net_destroy(c->net);
    free(c);
}

int main(void)
{
    char version[64];
    const lnt_build build = lnt_build_info();
    snprintf(version, sizeof version, "Linnet %s on %s %s", build.version, build.blas,
             build.blas_core);
    const lnt_peer linnet = {version, open_linnet, run_linnet, read_linnet, close_linnet};
    return lnt_peer_serve(&linnet);
}
