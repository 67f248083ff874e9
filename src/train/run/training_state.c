/* SPDX-License-Identifier: MIT */
#include "train/run/training_state.h"

lnt_status lnt_training_state_init(lnt_training_state *training, const lnt_net *net,
                                   const lnt_fit_config *config, size_t max_rows, lnt_error *error)
{
    *training = (lnt_training_state){.pass = NULL};
    lnt_pass_config pass = lnt_pass_defaults();
    pass.max_rows = max_rows;
    pass.seed = config->seed;
    pass.gemm = config->gemm;
    pass.threads = config->threads;
    pass.oversubscribe = config->oversubscribe;
    pass.allocator = config->allocator;
    lnt_optim_config optim = config->optim;
    optim.allocator = config->allocator;
    optim.max_rows = max_rows;
    LNT_TRY(lnt_pass_check(&pass, error));
    LNT_TRY(lnt_pass_create(&training->pass, net, &pass));
    LNT_TRY(lnt_optim_supports(&optim, net, &config->loss, error));
    return lnt_optim_create(&training->optim, net, &optim);
}

void lnt_training_state_clear(lnt_training_state *training)
{
    lnt_optim_destroy(training->optim);
    lnt_pass_destroy(training->pass);
    *training = (lnt_training_state){.pass = NULL};
}
