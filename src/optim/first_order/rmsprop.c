/* SPDX-License-Identifier: MIT */
#include "base/inline.h"
#include "optim/optim.h"

#include <math.h>

enum { SQUARES, MEAN, VELOCITY };

static const lnt_field fields[] = {LNT_FRACTION_FIELD(lnt_optim_config, momentum),
                                   LNT_FRACTION_FIELD(lnt_optim_config, rho),
                                   LNT_AMOUNT_FIELD(lnt_optim_config, epsilon)};

static void needs(const lnt_optim_config *config, const lnt_net *net, lnt_optim_needs *needs)
{
    needs->states[SQUARES] = net->n_parameters;
    needs->states[MEAN] = config->centered ? net->n_parameters : 0;
    needs->states[VELOCITY] = config->momentum > 0 ? net->n_parameters : 0;
}

#define TEMPLATE "optim/first_order/rmsprop.inc"
#include "optim/first_order/instances.inc"

static const lnt_optim_loops loops = {LNT_OPTIM_LOOPS};

const lnt_optim_ops lnt_optim_rmsprop = {
    .name = "rmsprop",
    .learning_rate = 0.01,
    .fields = fields,
    .n_fields = LNT_OPTIM_COUNT_OF(fields),
    .momentum = lnt_optim_field_momentum,
    .momentum_is_optional = true,
    .needs = needs,
    .loops = &loops,
};
