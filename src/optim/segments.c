/* SPDX-License-Identifier: MIT */
#include "optim/segments.h"

lnt_status lnt_segments_check(const lnt_optim_config *config)
{
    bool fine = lnt_is_weight(config->l1) && lnt_is_weight(config->l2) &&
                lnt_is_weight(config->weight_decay);
    if (config->groups == NULL && config->n_groups > 0) {
        return LNT_ERR_NULL;
    }
    for (size_t i = 0; i < config->n_groups; i++) {
        const lnt_optim_group *group = &config->groups[i];
        fine = fine && (group->roles & ~LNT_ALL_ROLES) == 0 &&
               lnt_is_weight(group->learning_rate) && lnt_is_weight(group->weight_decay) &&
               lnt_is_weight(group->l1) && lnt_is_weight(group->l2);
    }
    return fine ? LNT_OK : LNT_ERR_INVALID;
}

/* The last group that names the tensor; NULL if there is none. */
static const lnt_optim_group *group_of(const lnt_optim_config *config, const lnt_net_slot *slot)
{
    for (size_t i = config->n_groups; i-- > 0;) {
        const lnt_optim_group *group = &config->groups[i];
        if (slot->layer >= group->first_layer &&
            slot->layer - group->first_layer < group->n_layers &&
            (group->roles & LNT_IN(slot->role)) != 0) {
            return group;
        }
    }
    return NULL;
}

static lnt_segment settings_of(const lnt_optim_config *config, const lnt_net_slot *slot)
{
    const lnt_optim_group *group = group_of(config, slot);
    if (group != NULL) {
        return (lnt_segment){.rate = group->learning_rate,
                             .weight_decay = group->weight_decay,
                             .l1 = group->l1,
                             .l2 = group->l2};
    }
    if (slot->role != LNT_ROLE_WEIGHT && !config->decay_all) {
        return (lnt_segment){.rate = 1};
    }
    return (lnt_segment){
        .rate = 1, .weight_decay = config->weight_decay, .l1 = config->l1, .l2 = config->l2};
}

static bool same_settings(const lnt_segment *a, const lnt_segment *b)
{
    return a->rate == b->rate && a->weight_decay == b->weight_decay && a->l1 == b->l1 &&
           a->l2 == b->l2;
}

size_t lnt_segments_fill(const lnt_net *net, const lnt_optim_config *config, bool takes_matrices,
                         lnt_segment *segments)
{
    size_t count = 0;
    for (size_t i = 0; i < net->n_tensors; i++) {
        const lnt_net_slot *slot = &net->slots[i];
        lnt_segment segment = settings_of(config, slot);
        segment.offset = slot->offset;
        segment.count = slot->rows * slot->cols;
        if (takes_matrices && slot->role == LNT_ROLE_WEIGHT && slot->rows > 1 && slot->cols > 1) {
            segment.rows = slot->rows;
            segment.cols = slot->cols;
        }
        lnt_segment *last = count > 0 ? &segments[count - 1] : NULL;
        if (last != NULL && last->rows == 0 && segment.rows == 0 && same_settings(last, &segment)) {
            last->count += segment.count;
        } else {
            segments[count++] = segment;
        }
    }
    return count;
}
