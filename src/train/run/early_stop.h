/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_RUN_EARLY_STOP_H
#define LINNET_TRAIN_RUN_EARLY_STOP_H

#include <linnet/train.h>

/** Watches the monitored value from epoch to epoch, and keeps the best net. */
typedef struct lnt_early_stop {
    const lnt_allocator *allocator;
    bool higher_is_better;
    size_t patience;
    double min_delta;
    double best; /* NaN: none yet */
    size_t best_epoch;
    lnt_scores best_scores;
    double reference; /* what the next improvement is measured from; NaN: nothing yet */
    size_t waited;    /* epochs since then */
    void *state; /* of the best net, [1, size] like lnt_net_state_vector; NULL unless it is kept */
} lnt_early_stop;

/** `validated`: the monitor is a score of the validation rows, else the training loss. */
lnt_status lnt_early_stop_init(lnt_early_stop *stop, const lnt_fit_config *config, bool validated,
                               const lnt_net *net);
void lnt_early_stop_finish(lnt_early_stop *stop);

/** Takes the value of an epoch and the net that it belongs to; `*end`: patience is used up. */
lnt_status lnt_early_stop_update(lnt_early_stop *stop, size_t epoch, double value,
                                 const lnt_scores *scores, const lnt_net *net, bool *end);

/** Puts the best net back, if one is kept. */
lnt_status lnt_early_stop_restore(const lnt_early_stop *stop, lnt_net *net);

#endif
