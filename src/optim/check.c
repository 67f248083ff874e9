/* SPDX-License-Identifier: MIT */
#include "optim/optim.h"

#include <stdio.h>

#define REAL(member) LNT_REAL(lnt_optim_group, member), LNT_NOT_NEGATIVE

static const lnt_setting group_table[] = {
    {LNT_SIZE(lnt_optim_group, n_layers), LNT_COUNT, .kinds = LNT_ALL_KINDS},
    {REAL(learning_rate), .kinds = LNT_ALL_KINDS},
    {REAL(weight_decay), .kinds = LNT_ALL_KINDS},
    {REAL(l1), .kinds = LNT_ALL_KINDS},
    {REAL(l2), .kinds = LNT_ALL_KINDS}};

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
    const lnt_settings groups = {group_table, sizeof group_table / sizeof group_table[0], owner};
    return lnt_settings_check(groups, 0, group, error);
}

/* What first-order methods alone use must be off. */
static lnt_status check_unused(const lnt_optim_config *config, lnt_error *error)
{
    for (size_t i = 0; i < lnt_optim_table.count; i++) {
        const lnt_setting *setting = &lnt_optim_table.items[i];
        const double value = lnt_setting_value(setting, config);
        if (setting->kinds == LNT_OPTIM_FIRST_ORDER && value != 0 && value != setting->initial) {
            return lnt_fail(error, LNT_ERR_INVALID,
                            "optim.%s is %g, which %s does not use; it uses l2", setting->name,
                            value, lnt_optim_name(config->kind));
        }
    }
    return config->n_groups == 0
               ? LNT_OK
               : lnt_fail(error, LNT_ERR_INVALID,
                          "optim.n_groups is %zu, which %s does not use; it uses l2",
                          config->n_groups, lnt_optim_name(config->kind));
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
    LNT_TRY(lnt_settings_check(lnt_optim_table, config->kind, config, error));
    if (ops->check != NULL) {
        LNT_TRY(ops->check(config, error));
    }
    if (ops->solver != NULL) {
        LNT_TRY(check_unused(config, error));
    }
    for (size_t i = 0; i < config->n_groups; i++) {
        LNT_TRY(check_group(config, i, net, error));
    }
    return LNT_OK;
}
