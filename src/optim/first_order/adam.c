/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

#include <math.h>

enum { MEAN, SQUARES };
enum { OF_MEAN, OF_ROOT }; /* coefficients: 1/(1 − beta1^t), 1/√(1 − beta2^t) */

static const lnt_field fields[] = {LNT_OPTIM_ADAM_FIELDS};

void lnt_optim_adam_needs(const lnt_optim_config *config, const lnt_net *net,
                          lnt_optim_needs *needs)
{
    (void) config;
    needs->states[MEAN] = needs->states[SQUARES] = net->n_parameters;
}

void lnt_optim_adam_begin(lnt_optim *optim)
{
    const double t = (double) optim->steps + 1;
    optim->coefficients[OF_MEAN] = 1 / (1 - pow(optim->config.beta1, t));
    optim->coefficients[OF_ROOT] = 1 / sqrt(1 - pow(optim->config.beta2, t));
}

#define TEMPLATE "optim/first_order/adam.inc"
#include "optim/first_order/instances.inc"

const lnt_optim_loops lnt_optim_adam_loops = {LNT_OPTIM_LOOPS};

const lnt_optim_ops lnt_optim_adam = {
    .name = "adam",
    .learning_rate = 0.001,
    .fields = fields,
    .n_fields = LNT_OPTIM_COUNT_OF(fields),
    .momentum = lnt_optim_field_beta1,
    .needs = lnt_optim_adam_needs,
    .begin = lnt_optim_adam_begin,
    .loops = &lnt_optim_adam_loops,
};
