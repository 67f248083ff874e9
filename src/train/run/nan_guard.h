/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_RUN_NAN_GUARD_H
#define LINNET_TRAIN_RUN_NAN_GUARD_H

#include <linnet/train.h>

/** Keeps a copy of a net whose loss was finite, to go back to. */
typedef struct lnt_guard {
    const lnt_allocator *allocator;
    void *state;  /* like lnt_net_state_vector */
    size_t calls; /* batches seen */
    bool has_kept;
} lnt_guard;

lnt_status lnt_guard_init(lnt_guard *guard, const lnt_net *net, const lnt_allocator *allocator);
void lnt_guard_finish(lnt_guard *guard);

/**
 * Called before a step whose loss is finite: copies the net every `LNT_FIT_ROLLBACK_STEPS` calls.
 * `*finite`: so are its parameters, as far as it looked; if not, nothing is copied.
 */
lnt_status lnt_guard_keep(lnt_guard *guard, const lnt_net *net, bool *finite);

/** Copies the net now, whatever it holds. */
lnt_status lnt_guard_copy(lnt_guard *guard, const lnt_net *net);

/** Copies the net now, unless a parameter or running statistic is not finite: then `*finite` is
 * false. */
lnt_status lnt_guard_hold(lnt_guard *guard, const lnt_net *net, bool *finite);

/** Puts the copy back, if there is one. */
lnt_status lnt_guard_restore(const lnt_guard *guard, lnt_net *net);

/** Whether all parameters and running statistics are finite, and if not, a value that is not. */
lnt_status lnt_guard_look(const lnt_net *net, bool *finite, double *value);

/** "nan", "inf" or "-inf". */
const char *lnt_guard_text(double value);

/** The first layer whose output in the last forward is not finite; their number: none. */
lnt_status lnt_guard_find_layer(const lnt_pass *pass, const lnt_net *net, size_t *layer);

#endif
