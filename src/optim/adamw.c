/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

static void defaults(lnt_optim_config *config)
{
    config->weight_decay = 0.01;
}

const lnt_optim_ops lnt_optim_adamw = {
    .name = "adamw",
    .learning_rate = 0.001,
    .defaults = defaults,
    .is_valid = lnt_optim_adam_is_valid,
    .momentum = lnt_optim_field_beta1,
    .needs = lnt_optim_adam_needs,
    .begin = lnt_optim_adam_begin,
    .loops = &lnt_optim_adam_loops,
};
