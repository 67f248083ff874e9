/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

static void needs(const lnt_optim_config *config, const lnt_net *net, lnt_optim_needs *needs)
{
    (void) config, (void) net, (void) needs;
}

static lnt_status step(lnt_optim *optim, lnt_net *net, lnt_pass *pass, const lnt_optim_batch *batch,
                       lnt_optim_outcome *outcome)
{
    (void) optim, (void) net, (void) pass, (void) batch, (void) outcome;
    return LNT_ERR_INVALID;
}

static const lnt_optim_solver solver = {.step = step, .damping = SIZE_MAX};

const lnt_optim_ops lnt_optim_lbfgs = {
    .name = "lbfgs",
    .learning_rate = 1,
    .needs = needs,
    .solver = &solver,
};
