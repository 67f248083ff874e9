/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

#include <math.h>

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
    optim->n_segments = lnt_optim_divide(
        config, (lnt_optim_matrices){optim->ops->matrix != NULL, optim->ops->matrix_state}, net,
        optim->segments);
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
    LNT_TRY(lnt_optim_supports(config, net, NULL, NULL));
    lnt_optim_needs needs = {0};
    lnt_optim_ops_of(config->kind)->needs(config, net, &needs);
    lnt_arena arena = {0};
    lnt_optim_place_in(&arena, config, net, &needs);
    LNT_TRY(lnt_arena_open(&arena, config->allocator));
    lnt_optim *optim = lnt_optim_place_in(&arena, config, net, &needs);
    describe(optim, config, net);
    if (optim->ops->solver != NULL && optim->ops->solver->begin != NULL) {
        optim->ops->solver->begin(optim);
    }
    *out = optim;
    return LNT_OK;
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
