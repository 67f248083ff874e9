/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

#include <math.h>
#include <stdio.h>
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

lnt_optim_config lnt_optim_of(lnt_optim_kind kind)
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

lnt_optim_config lnt_optim_defaults(void)
{
    return lnt_optim_of(LNT_SGD);
}

bool lnt_optim_is_share(double x)
{
    return x >= 0 && x < 1;
}

bool lnt_optim_is_amount(double x)
{
    return x >= 0 && isfinite(x);
}

double *lnt_optim_field_momentum(lnt_optim_config *config)
{
    return &config->momentum;
}

double *lnt_optim_field_beta1(lnt_optim_config *config)
{
    return &config->beta1;
}

/* The numbers that all methods have. */
static const lnt_field common[] = {
    LNT_POSITIVE_FIELD(lnt_optim_config, learning_rate),
    LNT_AMOUNT_FIELD(lnt_optim_config, clip_value),
    LNT_REAL_FIELD(lnt_optim_config, clip_norm, 0, INFINITY, LNT_CLOSED),
    LNT_AMOUNT_FIELD(lnt_optim_config, l1),
    LNT_AMOUNT_FIELD(lnt_optim_config, l2),
    LNT_AMOUNT_FIELD(lnt_optim_config, weight_decay),
    LNT_FRACTION_FIELD(lnt_optim_config, ema_decay)};

static const lnt_field group_fields[] = {
    LNT_COUNT_FIELD(lnt_optim_group, n_layers), LNT_AMOUNT_FIELD(lnt_optim_group, learning_rate),
    LNT_AMOUNT_FIELD(lnt_optim_group, weight_decay), LNT_AMOUNT_FIELD(lnt_optim_group, l1),
    LNT_AMOUNT_FIELD(lnt_optim_group, l2)};

static lnt_status check_group(const lnt_optim_config *config, size_t i, const lnt_net *net,
                              lnt_error *error)
{
    const lnt_optim_group *group = &config->groups[i];
    char owner[48];
    (void) snprintf(owner, sizeof owner, "optim.groups[%zu].", i);
    if (group->first_layer >= net->n_layers) {
        return lnt_fail(error, LNT_ERR_INVALID, "%sfirst_layer is %zu, expected below %zu", owner,
                        group->first_layer, net->n_layers);
    }
    if (group->roles == 0 || (group->roles & ~LNT_ALL_ROLES) != 0) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "%sroles is %u, expected LNT_ALL_ROLES or some of them", owner,
                        group->roles);
    }
    return lnt_fields_check(group_fields, LNT_OPTIM_COUNT_OF(group_fields), group, owner, error);
}

lnt_status lnt_optim_check(const lnt_optim_config *config, const lnt_net *net, lnt_error *error)
{
    const lnt_optim_ops *ops = lnt_optim_ops_of(config->kind);
    if (config->groups == NULL && config->n_groups > 0) {
        return lnt_fail(error, LNT_ERR_NULL, "optim.groups is NULL, and optim.n_groups is %zu",
                        config->n_groups);
    }
    if (ops == NULL) {
        return lnt_fail(error, LNT_ERR_INVALID, "optim.kind is %d, expected one of lnt_optim_kind",
                        (int) config->kind);
    }
    LNT_TRY(lnt_fields_check(common, LNT_OPTIM_COUNT_OF(common), config, "optim.", error));
    LNT_TRY(lnt_fields_check(ops->fields, ops->n_fields, config, "optim.", error));
    if (ops->check != NULL) {
        LNT_TRY(ops->check(config, error));
    }
    if (ops->solver != NULL) {
        LNT_TRY(lnt_optim_solver_check(config, error));
    }
    for (size_t i = 0; i < config->n_groups; i++) {
        LNT_TRY(check_group(config, i, net, error));
    }
    return LNT_OK;
}
