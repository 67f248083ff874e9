/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

static void defaults(lnt_optim_config *config)
{
    config->weight_decay = 0.01;
}

static const lnt_field fields[] = {LNT_OPTIM_ADAM_FIELDS};

const lnt_optim_ops lnt_optim_adamw = {
    .name = "adamw",
    .learning_rate = 0.001,
    .defaults = defaults,
    .fields = fields,
    .n_fields = LNT_OPTIM_COUNT_OF(fields),
    .momentum = lnt_optim_field_beta1,
    .needs = lnt_optim_adam_needs,
    .begin = lnt_optim_adam_begin,
    .loops = &lnt_optim_adam_loops,
};
