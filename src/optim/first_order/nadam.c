/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

#include <math.h>

enum { MEAN, SQUARES };
enum { OF_GRADIENT, OF_MEAN, OF_ROOT }; /* coefficients of g, m and √s */

static const lnt_field fields[] = {LNT_OPTIM_ADAM_FIELDS,
                                   LNT_AMOUNT_FIELD(lnt_optim_config, momentum_decay)};

/* The momentum of step `t`, which rises towards beta1. */
static double momentum_at(const lnt_optim_config *config, double t)
{
    return config->beta1 * (1 - 0.5 * pow(0.96, t * config->momentum_decay));
}

static void begin(lnt_optim *optim)
{
    const lnt_optim_config *config = &optim->config;
    const double t = (double) optim->steps + 1;
    const double now = momentum_at(config, t), next = momentum_at(config, t + 1);
    const double product = (optim->steps == 0 ? 1 : optim->momentum_product) * now;
    optim->momentum_product = product;
    optim->coefficients[OF_GRADIENT] = (1 - now) / (1 - product);
    optim->coefficients[OF_MEAN] = next / (1 - product * next);
    optim->coefficients[OF_ROOT] = 1 / sqrt(1 - pow(config->beta2, t));
}

#define TEMPLATE "optim/first_order/nadam.inc"
#include "optim/first_order/instances.inc"

static const lnt_optim_loops loops = {LNT_OPTIM_LOOPS};

const lnt_optim_ops lnt_optim_nadam = {
    .name = "nadam",
    .learning_rate = 0.002,
    .fields = fields,
    .n_fields = LNT_OPTIM_COUNT_OF(fields),
    .momentum = lnt_optim_field_beta1,
    .needs = lnt_optim_adam_needs,
    .begin = begin,
    .loops = &loops,
};
