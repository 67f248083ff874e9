/* SPDX-License-Identifier: MIT */
#include "train/run/early_stop.h"

#include <math.h>

lnt_status lnt_early_stop_init(lnt_early_stop *stop, const lnt_fit_config *config, bool validated,
                               const lnt_net *net)
{
    *stop = (lnt_early_stop){.allocator = config->allocator,
                             .higher_is_better =
                                 validated && lnt_metric_is_higher_better(config->monitor),
                             .patience = config->patience,
                             .min_delta = config->min_delta,
                             .best = NAN,
                             .best_scores = lnt_scores_none(),
                             .reference = NAN};
    if (!config->restore_best) {
        return LNT_OK;
    }
    const lnt_tensor state = lnt_net_state_vector_read_only(net);
    stop->state = lnt_allocate(config->allocator, state.cols, lnt_dtype_size(state.dtype));
    return stop->state != NULL ? LNT_OK : LNT_ERR_MEMORY;
}

void lnt_early_stop_clear(lnt_early_stop *stop)
{
    lnt_release(stop->allocator, stop->state);
    stop->state = NULL;
}

/* Better than `than` by more than `margin`. Any number is better than NaN. */
static bool is_better(const lnt_early_stop *stop, double value, double than, double margin)
{
    const double gain = stop->higher_is_better ? value - than : than - value;
    return !isnan(value) && (isnan(than) || gain > margin);
}

lnt_status lnt_early_stop_update(lnt_early_stop *stop, size_t epoch, double value,
                                 const lnt_scores *scores, const lnt_net *net, bool *end)
{
    if (is_better(stop, value, stop->best, 0)) {
        stop->best = value;
        stop->best_epoch = epoch;
        stop->best_scores = *scores;
        if (stop->state != NULL) {
            const lnt_tensor now = lnt_net_state_vector_read_only(net);
            lnt_tensor kept = lnt_tensor_view(now.dtype, stop->state, 1, now.cols);
            LNT_TRY(lnt_copy(&now, &kept));
        }
    }
    if (is_better(stop, value, stop->reference, stop->min_delta)) {
        stop->reference = value;
        stop->waited = 0;
    } else {
        stop->waited++;
    }
    *end = stop->patience > 0 && stop->waited >= stop->patience;
    return LNT_OK;
}

lnt_status lnt_early_stop_restore(const lnt_early_stop *stop, lnt_net *net)
{
    if (stop->state == NULL || stop->best_epoch == 0) {
        return LNT_OK;
    }
    lnt_tensor now = lnt_net_state_vector(net);
    const lnt_tensor kept = lnt_tensor_const_view(now.dtype, stop->state, 1, now.cols);
    return lnt_copy(&kept, &now);
}
