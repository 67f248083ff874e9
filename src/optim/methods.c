/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

#include <string.h>

static const lnt_optim_ops *const table[] = {
    [LNT_SGD] = &lnt_optim_sgd,         [LNT_RMSPROP] = &lnt_optim_rmsprop,
    [LNT_ADAGRAD] = &lnt_optim_adagrad, [LNT_ADAM] = &lnt_optim_adam,
    [LNT_ADAMW] = &lnt_optim_adamw,     [LNT_NADAM] = &lnt_optim_nadam,
    [LNT_AMSGRAD] = &lnt_optim_amsgrad, [LNT_RPROP] = &lnt_optim_rprop,
    [LNT_MUON] = &lnt_optim_muon,       [LNT_SOAP] = &lnt_optim_soap,
    [LNT_LBFGS] = &lnt_optim_lbfgs,     [LNT_SCG] = &lnt_optim_scg,
    [LNT_LM] = &lnt_optim_lm,           [LNT_KFAC] = &lnt_optim_kfac,
};

enum { N_KINDS = sizeof table / sizeof table[0] };

const lnt_optim_ops *lnt_optim_ops_of(lnt_optim_kind kind)
{
    return (unsigned) kind < N_KINDS ? table[kind] : NULL;
}

const char *lnt_optim_name(lnt_optim_kind kind)
{
    const lnt_optim_ops *ops = lnt_optim_ops_of(kind);
    return ops != NULL ? ops->name : NULL;
}

lnt_status lnt_optim_find(const char *name, lnt_optim_kind *kind)
{
    if (name == NULL || kind == NULL) {
        return LNT_ERR_NULL;
    }
    for (unsigned i = 0; i < N_KINDS; i++) {
        if (strcmp(table[i]->name, name) == 0) {
            *kind = (lnt_optim_kind) i;
            return LNT_OK;
        }
    }
    return LNT_ERR_INVALID;
}

lnt_optim_config lnt_optim_defaults(lnt_optim_kind kind)
{
    lnt_optim_config config = {.kind = kind,
                               .rho = 0.99,
                               .beta1 = 0.9,
                               .beta2 = 0.999,
                               .epsilon = 1e-8,
                               .momentum_decay = 0.004,
                               .rprop_shrink = 0.5,
                               .rprop_grow = 1.2,
                               .rprop_least = 1e-6,
                               .rprop_most = 50,
                               .muon_iterations = 5,
                               .adam_rate = 0.001,
                               .precondition_period = 10,
                               .memory = 20,
                               .wolfe_decrease = 1e-4,
                               .wolfe_slope = 0.9,
                               .searches = 25,
                               .form = LNT_LM_AUTO,
                               .mu = 1e-3,
                               .mu_up = 10,
                               .mu_down = 0.1,
                               .mu_most = 1e10,
                               .factor_decay = 0.95,
                               .damping = 0.01,
                               .inverse_period = 5,
                               .kl_clip = 1e-3,
                               .max_rows = 32,
                               .accumulate = 1};
    const lnt_optim_ops *ops = lnt_optim_ops_of(kind);
    if (ops != NULL) {
        config.learning_rate = ops->learning_rate;
        if (ops->defaults != NULL) {
            ops->defaults(&config);
        }
    }
    return config;
}

bool lnt_optim_reevaluates(lnt_optim_kind kind)
{
    const lnt_optim_ops *ops = lnt_optim_ops_of(kind);
    return ops != NULL && ops->solver != NULL;
}
