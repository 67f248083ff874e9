/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

enum { VELOCITY };

static lnt_status check(const lnt_optim_config *config, lnt_error *error)
{
    if (config->sgd.nesterov && config->sgd.momentum == 0) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "optim.sgd.momentum is 0, expected above 0 with optim.sgd.nesterov");
    }
    return config->sgd.nesterov && config->sgd.dampening > 0
               ? lnt_fail(error, LNT_ERR_INVALID,
                          "optim.sgd.dampening is %g, expected 0 with optim.sgd.nesterov",
                          config->sgd.dampening)
               : LNT_OK;
}

static void needs(const lnt_optim_config *config, const lnt_net *net, lnt_optim_needs *needs)
{
    needs->states[VELOCITY] = config->sgd.momentum > 0 ? net->n_parameters : 0;
}

#define TEMPLATE "optim/first_order/sgd.inc"
#include "optim/first_order/instances.inc"

static const lnt_optim_loops loops = {LNT_OPTIM_LOOPS};

static double *momentum(lnt_optim_config *config)
{
    return &config->sgd.momentum;
}

const lnt_optim_ops lnt_optim_sgd = {
    .name = "sgd",
    .check = check,
    .momentum = momentum,
    .momentum_is_optional = true,
    .needs = needs,
    .loops = &loops,
};
