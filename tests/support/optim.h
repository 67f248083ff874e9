/* SPDX-License-Identifier: MIT */
#ifndef TESTS_OPTIM_SUPPORT_H
#define TESTS_OPTIM_SUPPORT_H

/* What the tests of optimisers share. */

#include "support/net.h"

enum { INPUTS = 4, OUTPUTS = 3, BATCH = 6, STEPS = 12 };

/* A net with the pass and data that its steps take. */
typedef struct bench {
    lnt_net *net;
    lnt_pass *pass;
    lnt_tensor x, y;
} bench;

static inline bench new_bench(lnt_dtype dtype)
{
    const lnt_layer layers[] = {lnt_dense(7, LNT_TANH), lnt_dense(OUTPUTS, LNT_IDENTITY)};
    bench b = {.net = new_net(dtype, INPUTS, layers, 2)};
    b.pass = new_pass(b.net);
    b.x = random_matrix(dtype, BATCH, INPUTS, 1);
    b.y = random_matrix(dtype, BATCH, OUTPUTS, 2);
    return b;
}

static inline void backward(const bench *b)
{
    const lnt_loss loss = lnt_mse(LNT_SUM);
    OK(lnt_pass_forward(b->pass, b->net, &b->x, NULL));
    OK(lnt_pass_backward(b->pass, b->net, &loss, &b->y, NULL, NULL));
}

static inline void finish(bench *b)
{
    lnt_pass_destroy(b->pass);
    lnt_net_destroy(b->net);
}

static inline lnt_optim *optim_of(const lnt_net *net, const lnt_optim_config *config)
{
    lnt_optim *optim = NULL;
    OK(lnt_optim_create(&optim, net, config));
    return optim;
}

#endif
