/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

#include <math.h>

enum { SQUARES };
enum { RATE_FACTOR }; /* coefficient */

static void defaults(lnt_optim_config *config)
{
    config->epsilon = 1e-10;
}

static const lnt_field fields[] = {LNT_AMOUNT_FIELD(lnt_optim_config, epsilon),
                                   LNT_AMOUNT_FIELD(lnt_optim_config, rate_decay)};

static void needs(const lnt_optim_config *config, const lnt_net *net, lnt_optim_needs *needs)
{
    (void) config;
    needs->states[SQUARES] = net->n_parameters;
}

static void begin(lnt_optim *optim)
{
    optim->coefficients[RATE_FACTOR] = 1 / (1 + (double) optim->steps * optim->config.rate_decay);
}

#define TEMPLATE "optim/first_order/adagrad.inc"
#include "optim/first_order/instances.inc"

static const lnt_optim_loops loops = {LNT_OPTIM_LOOPS};

const lnt_optim_ops lnt_optim_adagrad = {
    .name = "adagrad",
    .learning_rate = 0.01,
    .defaults = defaults,
    .fields = fields,
    .n_fields = LNT_OPTIM_COUNT_OF(fields),
    .needs = needs,
    .begin = begin,
    .loops = &loops,
};
