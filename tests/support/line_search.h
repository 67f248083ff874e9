/* SPDX-License-Identifier: MIT */
#ifndef TESTS_LINE_SUPPORT_H
#define TESTS_LINE_SUPPORT_H

/* What the tests of L-BFGS and scaled conjugate gradients share. */

#include "optim/optim.h"
#include "support/reference.h"

/* A net, a batch, and a method, step by step. */
typedef struct runner {
    lnt_net *net;
    lnt_pass *pass;
    lnt_optim *optim;
    lnt_tensor x, y;
    lnt_loss loss;
    double value; /* at the net's parameters, once `outcome.evaluated` */
    lnt_optim_outcome outcome;
    bool part; /* batches are not all the data */
} runner;

static inline void evaluate(runner *r)
{
    if (!r->outcome.evaluated) {
        OK(lnt_pass_forward_backward(r->pass, r->net, &r->x, &r->loss, &r->y, NULL, &r->value));
    }
}

static inline void step(runner *r)
{
    evaluate(r);
    const lnt_optim_batch batch = {
        .x = &r->x, .target = &r->y, .loss = &r->loss, .value = r->value, .full_batch = !r->part};
    OK(lnt_optim_step_batch(r->optim, r->net, r->pass, &batch, &r->outcome));
    r->value = r->outcome.value;
}

static inline runner runner_of(lnt_net *net, lnt_tensor x, lnt_tensor y, lnt_loss loss,
                               const lnt_optim_config *config)
{
    runner r = {.net = net, .pass = new_pass(net), .x = x, .y = y, .loss = loss};
    OK(lnt_optim_create(&r.optim, net, config));
    return r;
}

static inline void finish(runner *r)
{
    lnt_optim_destroy(r->optim);
    lnt_pass_destroy(r->pass);
    lnt_net_destroy(r->net);
}

/* The net and data of make_lbfgs.py, the parameters times `factor`. */
static inline runner reference_runner(const reference_file *file, lnt_dtype dtype, double factor,
                                      const lnt_optim_config *config)
{
    lnt_layer layers[] = {lnt_dense(5, LNT_TANH), lnt_dense(2, LNT_IDENTITY)};
    for (size_t l = 0; l < 2; l++) {
        layers[l].weight_init = lnt_init_array(find_numbered(file, "initial", 2 * l));
        layers[l].bias_init = lnt_init_array(find_numbered(file, "initial", 2 * l + 1));
    }
    lnt_net *net = new_net(dtype, 4, layers, 2);
    lnt_tensor w = lnt_net_parameters(net);
    OK(lnt_scale(factor, &w));
    return runner_of(net, copy_of(dtype, find(file, "x")), copy_of(dtype, find(file, "y")),
                     lnt_mse(LNT_MEAN), config);
}

/* Runs as many steps as `name.trace` has, and compares losses and parameters. */
static inline void follow(const reference_file *file, const char *name, runner *r, double tolerance)
{
    char key[64];
    snprintf(key, sizeof key, "%s.trace", name);
    const lnt_tensor *trace = find(file, key);
    for (size_t i = 0; i < trace->cols; i++) {
        evaluate(r);
        const double expected = lnt_tensor_get(trace, 0, i);
        assert_lt(fabs(r->value / expected - 1), tolerance, "%s %zu: %.17g, expected %.17g", name,
                  i, r->value, expected);
        step(r);
    }
    snprintf(key, sizeof key, "%s.final", name);
    const lnt_tensor w = lnt_net_parameters(r->net);
    const double error = difference(&w, find(file, key));
    assert_lt(error, tolerance, "%s: parameters differ by %g", name, error);
}

#endif
