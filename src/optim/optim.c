/* SPDX-License-Identifier: MIT */
#include "optim/instances.h"

#include <math.h>

/* Each vector begins on a cache line; an absent one takes no room. */
static size_t padded(const lnt_net *net, size_t count)
{
    const size_t line = LNT_ALIGNMENT / lnt_dtype_size(net->dtype);
    return (count + line - 1) / line * line;
}

/* The state's vectors one after another; with `optim`, they are given their places. */
static size_t lay_out(const lnt_optim_config *config, const lnt_net *net,
                      const lnt_optim_needs *needs, lnt_optim *optim)
{
    const size_t n = net->n_parameters, size = lnt_dtype_size(net->dtype);
    const size_t counts[] = {needs->states[0],
                             needs->states[1],
                             needs->states[2],
                             config->accumulate > 1 ? n : 0,
                             config->ema_decay > 0 ? n : 0,
                             needs->numbers * (sizeof(double) / size)};
    enum { N_VECTORS = sizeof counts / sizeof counts[0] };
    void *places[N_VECTORS];
    size_t used = 0;
    for (size_t i = 0; i < N_VECTORS; i++) {
        places[i] = optim != NULL && counts[i] > 0 ? (char *) optim->state + used * size : NULL;
        used += padded(net, counts[i]);
    }
    if (optim != NULL) {
        for (size_t i = 0; i < LNT_OPTIM_MAX_STATES; i++) {
            optim->states[i] = places[i];
        }
        optim->sum = places[LNT_OPTIM_MAX_STATES];
        optim->average = places[LNT_OPTIM_MAX_STATES + 1];
        optim->numbers = places[LNT_OPTIM_MAX_STATES + 2];
    }
    return used;
}

/* Runs once to measure (returns NULL) and once to place. */
static lnt_optim *place(lnt_arena *arena, const lnt_optim_config *config, const lnt_net *net,
                        const lnt_optim_needs *needs)
{
    const size_t size = lnt_dtype_size(net->dtype);
    const size_t n_state = lay_out(config, net, needs, NULL);
    lnt_optim *optim = lnt_arena_take(arena, 1, sizeof *optim);
    lnt_optim_segment *segments = lnt_arena_take(arena, net->n_tensors, sizeof *segments);
    void *state = lnt_arena_take(arena, n_state, size);
    void *scratch = lnt_arena_take(arena, needs->scratch, size);
    const lnt_optim_solver *solver = lnt_optim_ops_of(config->kind)->solver;
    void *before = solver != NULL ? lnt_arena_take(arena, net->n_parameters, size) : NULL;
    void *work = solver != NULL && solver->place != NULL ? solver->place(arena, config, net) : NULL;
    if (optim != NULL) {
        optim->segments = segments;
        optim->state = state;
        optim->n_state = n_state;
        optim->scratch = scratch;
        optim->before = before;
        optim->work = work;
        lay_out(config, net, needs, optim);
    }
    return optim;
}

static void describe(lnt_optim *optim, const lnt_optim_config *config, const lnt_net *net)
{
    optim->owner = lnt_owner_of(config->allocator);
    optim->ops = lnt_optim_ops_of(config->kind);
    if (optim->ops->loops != NULL) {
        optim->loop = lnt_optim_choose(optim->ops->loops, net->dtype);
    }
    optim->config = *config;
    optim->config.groups = NULL;
    optim->config.n_groups = 0;
    optim->config.accumulate = config->accumulate > 0 ? config->accumulate : 1;
    optim->dtype = net->dtype;
    optim->signature = net->signature;
    optim->n_parameters = net->n_parameters;
    optim->momentum_product = 1;
    optim->gradient_norm = NAN;
    optim->momentum_is_fixed = optim->ops->momentum_is_optional && !(config->momentum > 0);
    optim->n_segments = lnt_optim_divide(config, optim->ops, net, optim->segments);
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
    LNT_TRY(lnt_optim_accepts(config, net, NULL, NULL));
    lnt_optim_needs needs = {0};
    lnt_optim_ops_of(config->kind)->needs(config, net, &needs);
    lnt_arena arena = {0};
    place(&arena, config, net, &needs);
    LNT_TRY(lnt_arena_open(&arena, config->allocator));
    lnt_optim *optim = place(&arena, config, net, &needs);
    describe(optim, config, net);
    if (optim->ops->solver != NULL && optim->ops->solver->begin != NULL) {
        optim->ops->solver->begin(optim);
    }
    *out = optim;
    return LNT_OK;
}

size_t lnt_optim_bytes(const lnt_optim_config *config, const lnt_net *net)
{
    if (config == NULL || net == NULL || lnt_optim_check(config, net, NULL) != LNT_OK) {
        return SIZE_MAX;
    }
    lnt_optim_needs needs = {0};
    lnt_optim_ops_of(config->kind)->needs(config, net, &needs);
    lnt_arena arena = {0};
    place(&arena, config, net, &needs);
    return arena.overflow ? SIZE_MAX : arena.used;
}

const char *lnt_optim_lighter(const lnt_net *net, size_t bytes)
{
    const lnt_optim_config config = lnt_optim_of(LNT_LBFGS);
    return lnt_optim_bytes(&config, net) < bytes ? "lbfgs" : "adamw";
}

void lnt_optim_destroy(lnt_optim *optim)
{
    if (optim != NULL) {
        lnt_owner_release(optim->owner, optim);
    }
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
    if (!lnt_optim_is_amount(learning_rate)) {
        return LNT_ERR_INVALID;
    }
    optim->config.learning_rate = learning_rate;
    return LNT_OK;
}

double lnt_optim_momentum(const lnt_optim *optim)
{
    lnt_optim_config config = optim->config;
    return optim->ops->momentum != NULL ? *optim->ops->momentum(&config) : NAN;
}

lnt_status lnt_optim_set_momentum(lnt_optim *optim, double momentum)
{
    if (optim == NULL) {
        return LNT_ERR_NULL;
    }
    if (optim->ops->momentum == NULL || !lnt_optim_is_share(momentum) ||
        (optim->momentum_is_fixed && momentum > 0)) {
        return LNT_ERR_INVALID;
    }
    *optim->ops->momentum(&optim->config) = momentum;
    return LNT_OK;
}

size_t lnt_optim_steps(const lnt_optim *optim)
{
    return optim->steps;
}

double lnt_optim_gradient_norm(const lnt_optim *optim)
{
    return optim->gradient_norm;
}
