/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

lnt_status lnt_optim_supports(const lnt_optim_config *config, const lnt_net *net,
                              const lnt_loss *loss, lnt_error *error)
{
    if (config == NULL || net == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "config and net are required");
    }
    LNT_TRY(lnt_optim_check(config, net, error));
    const lnt_optim_ops *ops = lnt_optim_ops_of(config->kind);
    if (ops->solver == NULL) {
        return LNT_OK;
    }
    if (loss != NULL && loss->value_reduction != loss->gradient_reduction) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "the loss's value and gradient are reduced differently, which %s does not "
                        "take",
                        ops->name);
    }
    if (ops->solver->accepts != NULL) {
        LNT_TRY(ops->solver->accepts(config, net, loss, error));
    }
    return ops->solver->check_memory != NULL
               ? ops->solver->check_memory(config, net, &lnt_optim_size_functions, error)
               : LNT_OK;
}
