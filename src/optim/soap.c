/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

static void needs(const lnt_optim_config *config, const lnt_net *net, lnt_optim_needs *needs)
{
    lnt_optim_adam_needs(config, net, needs);
}

const lnt_optim_ops lnt_optim_soap = {
    .name = "soap",
    .learning_rate = 0.003,
    .needs = needs,
    .loops = &lnt_optim_adam_loops,
    .begin = lnt_optim_adam_begin,
};
