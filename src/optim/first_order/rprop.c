/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

#include <math.h>

enum { BEFORE, SIZE };

static lnt_status check(const lnt_optim_config *config, lnt_error *error)
{
    return config->rprop.step_max >= config->rprop.step_min
               ? LNT_OK
               : lnt_fail(error, LNT_ERR_INVALID,
                          "optim.rprop.step_max is %g, expected at least optim.rprop.step_min, %g",
                          config->rprop.step_max, config->rprop.step_min);
}

static void needs(const lnt_optim_config *config, const lnt_net *net, lnt_optim_needs *needs)
{
    (void) config;
    needs->states[BEFORE] = needs->states[SIZE] = net->n_parameters;
}

#define TEMPLATE "optim/first_order/rprop.inc"
#include "optim/first_order/instances.inc"

static const lnt_optim_loops loops = {LNT_OPTIM_LOOPS};

const lnt_optim_ops lnt_optim_rprop = {
    .name = "rprop",
    .check = check,
    .needs = needs,
    .loops = &loops,
    .in_blocks = true,
};
