/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

#include "net/net.h"
#include "net/pass.h"

#include <math.h>
#include <string.h>

static const lnt_optim_ops *const table[] = {[LNT_SGD] = &lnt_optim_sgd};

enum { N_KINDS = sizeof table / sizeof table[0] };

static const lnt_optim_ops *ops_of(lnt_optim_kind kind)
{
    return (unsigned) kind < N_KINDS ? table[kind] : NULL;
}

const char *lnt_optim_name(lnt_optim_kind kind)
{
    const lnt_optim_ops *ops = ops_of(kind);
    return ops != NULL ? ops->name : NULL;
}

lnt_status lnt_optim_find(const char *name, lnt_optim_kind *kind)
{
    if (name == NULL || kind == NULL) {
        return LNT_ERR_NULL;
    }
    for (unsigned i = 0; i < N_KINDS; i++) {
        if (strcmp(table[i]->name, name) == 0) {
            *kind = (lnt_optim_kind) i;
            return LNT_OK;
        }
    }
    return LNT_ERR_INVALID;
}

lnt_optim_config lnt_optim_of(lnt_optim_kind kind)
{
    return (lnt_optim_config){.kind = kind, .learning_rate = 0.01};
}

lnt_optim_config lnt_optim_defaults(void)
{
    return lnt_optim_of(LNT_SGD);
}

static bool is_rate(double learning_rate)
{
    return learning_rate > 0 && isfinite(learning_rate);
}

/* Runs once to measure (returns NULL) and once to place. */
static lnt_optim *place(lnt_arena *arena, const lnt_net *net, size_t n_states)
{
    lnt_optim *optim = lnt_arena_take(arena, 1, sizeof *optim);
    for (size_t s = 0; s < n_states; s++) {
        void *state = lnt_arena_take(arena, net->n_parameters, lnt_dtype_size(net->dtype));
        if (optim != NULL) {
            optim->states[s] = state;
        }
    }
    return optim;
}

lnt_status lnt_optim_create(lnt_optim **out, const lnt_net *net, const lnt_optim_config *config)
{
    if (out == NULL) {
        return LNT_ERR_NULL;
    }
    *out = NULL;
    if (net == NULL || config == NULL) {
        return LNT_ERR_NULL;
    }
    const lnt_optim_ops *ops = ops_of(config->kind);
    if (ops == NULL || !is_rate(config->learning_rate)) {
        return LNT_ERR_INVALID;
    }
    size_t n_states;
    LNT_TRY(ops->states(config, &n_states));
    lnt_arena arena = {0};
    place(&arena, net, n_states);
    LNT_TRY(lnt_arena_open(&arena, config->allocator));
    lnt_optim *optim = place(&arena, net, n_states);
    optim->owner = lnt_owner_of(config->allocator);
    optim->ops = ops;
    optim->config = *config;
    optim->dtype = net->dtype;
    optim->signature = net->signature;
    *out = optim;
    return LNT_OK;
}

void lnt_optim_destroy(lnt_optim *optim)
{
    if (optim != NULL) {
        lnt_owner_release(optim->owner, optim);
    }
}

lnt_status lnt_optim_step(lnt_optim *optim, lnt_net *net, lnt_pass *pass)
{
    if (optim == NULL || net == NULL || pass == NULL) {
        return LNT_ERR_NULL;
    }
    if (!pass->backward_done || optim->signature != net->signature ||
        pass->signature != net->signature) {
        return LNT_ERR_ORDER;
    }
    optim->ops->step(optim, net->n_parameters, pass->flat_gradients, net->parameters);
    LNT_TRY(lnt_net_update_statistics(net, pass));
    optim->steps++;
    return LNT_OK;
}

double lnt_optim_learning_rate(const lnt_optim *optim)
{
    return optim->config.learning_rate;
}

lnt_status lnt_optim_set_learning_rate(lnt_optim *optim, double learning_rate)
{
    if (optim == NULL) {
        return LNT_ERR_NULL;
    }
    if (!is_rate(learning_rate)) {
        return LNT_ERR_INVALID;
    }
    optim->config.learning_rate = learning_rate;
    return LNT_OK;
}

size_t lnt_optim_steps(const lnt_optim *optim)
{
    return optim->steps;
}
