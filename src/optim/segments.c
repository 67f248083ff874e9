/* SPDX-License-Identifier: MIT */
#include "optim/segments.h"

bool lnt_optim_is_matrix(const lnt_net *net, size_t i)
{
    const lnt_net_slot *slot = &net->slots[i];
    return slot->role == LNT_ROLE_WEIGHT && slot->rows >= 2 && slot->cols >= 2;
}

/* The settings of slot `i`, in an empty segment where it begins. */
static lnt_optim_segment settings_of(const lnt_optim_config *config, const lnt_net_slot *slot)
{
    lnt_optim_segment settings = {.first = slot->offset, .rate = 1};
    if (config->decay_all || slot->role == LNT_ROLE_WEIGHT) {
        settings.weight_decay = config->weight_decay;
        settings.l1 = config->l1;
        settings.l2 = config->l2;
    }
    for (size_t i = 0; i < config->n_groups; i++) {
        const lnt_optim_group *group = &config->groups[i];
        if (slot->layer >= group->first_layer &&
            slot->layer - group->first_layer < group->n_layers &&
            (group->roles & LNT_ROLE_BIT(slot->role)) != 0) {
            settings.rate = group->learning_rate;
            settings.weight_decay = group->weight_decay;
            settings.l1 = group->l1;
            settings.l2 = group->l2;
        }
    }
    return settings;
}

static bool continues(const lnt_optim_segment *before, const lnt_optim_segment *next)
{
    return before->first + before->count == next->first &&
           before->apart + before->count == next->apart && before->rows == 0 && next->rows == 0 &&
           before->rate == next->rate && before->weight_decay == next->weight_decay &&
           before->l1 == next->l1 && before->l2 == next->l2;
}

size_t lnt_optim_divide(const lnt_optim_config *config, lnt_optim_matrices matrices,
                        const lnt_net *net, lnt_optim_segment *segments)
{
    const bool one_rate = !matrices.apart || matrices.state != NULL;
    size_t count = 0, apart = 0, own = 0;
    for (size_t i = 0; i < net->n_tensors; i++) {
        const lnt_net_slot *slot = &net->slots[i];
        lnt_optim_segment next = settings_of(config, slot);
        next.count = slot->rows * slot->cols;
        next.apart = one_rate ? next.first : apart;
        next.own = own;
        if (matrices.apart && lnt_optim_is_matrix(net, i)) {
            next.rows = slot->rows;
            next.cols = slot->cols;
            own += matrices.state != NULL ? matrices.state(slot->rows, slot->cols) : 0;
        } else {
            apart += next.count;
            next.rate *= one_rate ? 1 : config->adam_rate / config->learning_rate;
        }
        if (count > 0 && continues(&segments[count - 1], &next)) {
            segments[count - 1].count += next.count;
        } else {
            segments[count++] = next;
        }
    }
    return count;
}
