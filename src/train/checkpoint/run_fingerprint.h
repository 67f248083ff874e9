/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_CHECKPOINT_RUN_FINGERPRINT_H
#define LINNET_TRAIN_CHECKPOINT_RUN_FINGERPRINT_H

#include "train/loader/gather.h"

/**
 * The fingerprint of a run, "key = value" on each line: the net's layers, the settings that affect
 * the bits of its result, and checksums of the data. The limits of its length and the threads are
 * not part of it.
 */
typedef struct lnt_run_fingerprint {
    const lnt_allocator *allocator;
    char *text; /* NULL: none */
} lnt_run_fingerprint;

/** `schedule` is resolved; either x and y, or the source. Clear it on failure, too. */
lnt_status lnt_run_fingerprint_init(lnt_run_fingerprint *text, const lnt_net *net,
                                    const lnt_fit_config *config, const lnt_schedule *schedule,
                                    const lnt_tensor *x, const lnt_tensor *y,
                                    const lnt_data_source *source);
void lnt_run_fingerprint_clear(lnt_run_fingerprint *text);

/** The first line that differs between two texts; both NULL: they are equal. */
typedef struct lnt_text_difference {
    const char *before; /* not zero-terminated; NULL: no line */
    int before_length;
    const char *now;
    int now_length;
} lnt_text_difference;

lnt_text_difference lnt_text_compare(const char *before, const char *now);

#endif
