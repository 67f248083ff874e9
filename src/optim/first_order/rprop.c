/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

#include <math.h>

enum { BEFORE, SIZE };

static const lnt_field fields[] = {
    LNT_REAL_FIELD(lnt_optim_config, rprop_shrink, 0, 1, LNT_OPEN),
    LNT_REAL_FIELD(lnt_optim_config, rprop_grow, 1, INFINITY, LNT_OPEN),
    LNT_POSITIVE_FIELD(lnt_optim_config, rprop_least),
    LNT_POSITIVE_FIELD(lnt_optim_config, rprop_most)};

static lnt_status check(const lnt_optim_config *config, lnt_error *error)
{
    return config->rprop_most >= config->rprop_least
               ? LNT_OK
               : lnt_fail(error, LNT_ERR_INVALID,
                          "optim.rprop_most is %g, expected at least optim.rprop_least, %g",
                          config->rprop_most, config->rprop_least);
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
    .learning_rate = 0.01,
    .fields = fields,
    .n_fields = LNT_OPTIM_COUNT_OF(fields),
    .check = check,
    .needs = needs,
    .loops = &loops,
    .in_blocks = true,
};
