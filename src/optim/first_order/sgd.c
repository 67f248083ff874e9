/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

enum { VELOCITY };

static const lnt_field fields[] = {LNT_FRACTION_FIELD(lnt_optim_config, momentum),
                                   LNT_REAL_FIELD(lnt_optim_config, dampening, 0, 1, LNT_CLOSED)};

static lnt_status check(const lnt_optim_config *config, lnt_error *error)
{
    if (config->nesterov && config->momentum == 0) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "optim.momentum is 0, expected above 0 with optim.nesterov");
    }
    return config->nesterov && config->dampening > 0
               ? lnt_fail(error, LNT_ERR_INVALID,
                          "optim.dampening is %g, expected 0 with optim.nesterov",
                          config->dampening)
               : LNT_OK;
}

static void needs(const lnt_optim_config *config, const lnt_net *net, lnt_optim_needs *needs)
{
    needs->states[VELOCITY] = config->momentum > 0 ? net->n_parameters : 0;
}

#define TEMPLATE "optim/first_order/sgd.inc"
#include "optim/first_order/instances.inc"

static const lnt_optim_loops loops = {LNT_OPTIM_LOOPS};

const lnt_optim_ops lnt_optim_sgd = {
    .name = "sgd",
    .learning_rate = 0.01,
    .fields = fields,
    .n_fields = LNT_OPTIM_COUNT_OF(fields),
    .check = check,
    .momentum = lnt_optim_field_momentum,
    .momentum_is_optional = true,
    .needs = needs,
    .loops = &loops,
};
