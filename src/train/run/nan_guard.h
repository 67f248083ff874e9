/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_RUN_NAN_GUARD_H
#define LINNET_TRAIN_RUN_NAN_GUARD_H

#include <linnet/train.h>

/** Saves a copy of a net with a finite loss, for rollback. */
typedef struct lnt_nan_guard {
    const lnt_allocator *allocator;
    void *state;  /* like lnt_net_state_vector */
    size_t calls; /* batches trained */
    bool has_saved;
} lnt_nan_guard;

lnt_status lnt_nan_guard_init(lnt_nan_guard *guard, const lnt_net *net,
                              const lnt_allocator *allocator);
void lnt_nan_guard_clear(lnt_nan_guard *guard);

/**
 * Called before a step whose loss is finite. Saves the net every `LNT_FIT_ROLLBACK_STEPS` calls. If
 * a parameter is not finite, `*finite` is false and nothing is saved; the parameters are checked
 * only when the net is saved.
 */
lnt_status lnt_nan_guard_update(lnt_nan_guard *guard, const lnt_net *net, bool *finite);

/** Saves the net, even if a parameter is not finite. */
lnt_status lnt_nan_guard_save(lnt_nan_guard *guard, const lnt_net *net);

/**
 * Saves the net. If a parameter or running statistic is not finite, `*finite` is false and nothing
 * is saved.
 */
lnt_status lnt_nan_guard_save_if_finite(lnt_nan_guard *guard, const lnt_net *net, bool *finite);

/** Restores the saved net, if there is one. */
lnt_status lnt_nan_guard_restore(const lnt_nan_guard *guard, lnt_net *net);

/**
 * `*finite`: whether all parameters and running statistics are finite. If not, `*value` is the
 * first value that is not finite.
 */
lnt_status lnt_net_check_finite(const lnt_net *net, bool *finite, double *value);

/** "nan", "inf" or "-inf". */
const char *lnt_nonfinite_name(double value);

/**
 * The first layer whose output in the last forward pass is not finite; the number of layers if
 * there is none.
 */
lnt_status lnt_pass_find_nonfinite_layer(const lnt_pass *pass, const lnt_net *net, size_t *layer);

#endif
