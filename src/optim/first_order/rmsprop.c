/* SPDX-License-Identifier: MIT */
#include "base/inline.h"
#include "optim/optim.h"

#include <math.h>

enum { SQUARES, MEAN, VELOCITY };

static void needs(const lnt_optim_config *config, const lnt_net *net, lnt_optim_needs *needs)
{
    needs->states[SQUARES] = net->n_parameters;
    needs->states[MEAN] = config->rmsprop.centered ? net->n_parameters : 0;
    needs->states[VELOCITY] = config->rmsprop.momentum > 0 ? net->n_parameters : 0;
}

#define TEMPLATE "optim/first_order/rmsprop.inc"
#include "optim/first_order/instances.inc"

static const lnt_optim_loops loops = {LNT_OPTIM_LOOPS};

static double *momentum(lnt_optim_config *config)
{
    return &config->rmsprop.momentum;
}

const lnt_optim_ops lnt_optim_rmsprop = {
    .name = "rmsprop",
    .momentum = momentum,
    .momentum_is_optional = true,
    .needs = needs,
    .loops = &loops,
};
