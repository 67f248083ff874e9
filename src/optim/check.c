/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

#include <math.h>
#include <stdio.h>

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

/* Refuses, with a sentence, settings that no solver takes. */
static lnt_status check_solver(const lnt_optim_config *config, lnt_error *error)
{
    const lnt_optim_ops *ops = lnt_optim_ops_of(config->kind);
    const struct {
        const char *name;
        double value;
    } refused[] = {{"l1", config->l1},
                   {"weight_decay", config->weight_decay},
                   {"clip_value", config->clip_value},
                   {"clip_norm", config->clip_norm},
                   {"accumulate", config->accumulate > 1 ? (double) config->accumulate : 0},
                   {"n_groups", (double) config->n_groups}};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if (refused[i].value != 0) {
            return lnt_fail(error, LNT_ERR_INVALID,
                            "optim.%s is %g, which %s does not take; it takes l2", refused[i].name,
                            refused[i].value, ops->name);
        }
    }
    if (ops->solver->takes_rows && config->max_rows == 0) {
        return lnt_fail(error, LNT_ERR_INVALID, "optim.max_rows is 0, expected at least 1");
    }
    return LNT_OK;
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
        LNT_TRY(check_solver(config, error));
    }
    for (size_t i = 0; i < config->n_groups; i++) {
        LNT_TRY(check_group(config, i, net, error));
    }
    return LNT_OK;
}
