/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_RUN_EARLY_STOP_H
#define LINNET_TRAIN_RUN_EARLY_STOP_H

#include <linnet/train.h>

/** Compares the monitored value from epoch to epoch, and saves the best net. */
typedef struct lnt_early_stop {
    const lnt_allocator *allocator;
    bool higher_is_better;
    size_t patience;
    double min_delta;
    double best; /* NaN: none yet */
    size_t best_epoch;
    lnt_scores best_scores;
    double reference; /* the next improvement is measured from this value; NaN: no value yet */
    size_t waited;    /* epochs since the reference was set */
    void *state; /* state vector of the best net, [1, size]; NULL unless the best net is restored */
} lnt_early_stop;

/**
 * `validated`: the monitored value is a score of the validation rows; otherwise it is the training
 * loss.
 */
lnt_status lnt_early_stop_init(lnt_early_stop *stop, const lnt_fit_config *config, bool validated,
                               const lnt_net *net);
void lnt_early_stop_clear(lnt_early_stop *stop);

/**
 * Records the value of an epoch and, if it is the best, the net. `*end` is set when patience is
 * used up.
 */
lnt_status lnt_early_stop_update(lnt_early_stop *stop, size_t epoch, double value,
                                 const lnt_scores *scores, const lnt_net *net, bool *end);

/** Copies the best net back, if one was saved. */
lnt_status lnt_early_stop_restore(const lnt_early_stop *stop, lnt_net *net);

#endif
