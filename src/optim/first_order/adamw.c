/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

const lnt_optim_ops lnt_optim_adamw = {
    .name = "adamw",
    .momentum = lnt_optim_field_beta1,
    .needs = lnt_optim_adam_needs,
    .begin = lnt_optim_adam_begin,
    .loops = &lnt_optim_adam_loops,
};
