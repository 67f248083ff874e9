/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

#include <math.h>

enum { MEAN, SQUARES, LARGEST };
enum { OF_MEAN, OF_ROOT }; /* Adam's coefficients */

static void needs(const lnt_optim_config *config, const lnt_net *net, lnt_optim_needs *needs)
{
    lnt_optim_adam_needs(config, net, needs);
    needs->states[LARGEST] = net->n_parameters;
}

#define TEMPLATE "optim/first_order/amsgrad.inc"
#include "optim/first_order/instances.inc"

static const lnt_optim_loops loops = {LNT_OPTIM_LOOPS};

static const lnt_field fields[] = {LNT_OPTIM_ADAM_FIELDS};

const lnt_optim_ops lnt_optim_amsgrad = {
    .name = "amsgrad",
    .learning_rate = 0.001,
    .fields = fields,
    .n_fields = LNT_OPTIM_COUNT_OF(fields),
    .momentum = lnt_optim_field_beta1,
    .needs = needs,
    .begin = lnt_optim_adam_begin,
    .loops = &loops,
};
