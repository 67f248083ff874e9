/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_CHECKPOINT_RUN_FINGERPRINT_H
#define LINNET_TRAIN_CHECKPOINT_RUN_FINGERPRINT_H

#include "train/loader/gather.h"

/**
 * What a run is made of, "key = value" a line: the net's layers, the settings that its bits depend
 * on, and checksums of the data. Limits of its length and threads are not in it.
 */
typedef struct lnt_run_fingerprint {
    const lnt_allocator *allocator;
    char *text; /* NULL: none */
} lnt_run_fingerprint;

/** `schedule` is settled; x and y, or the source in their place. On failure finish it, too. */
lnt_status lnt_run_fingerprint_init(lnt_run_fingerprint *text, const lnt_net *net,
                                    const lnt_fit_config *config, const lnt_schedule *schedule,
                                    const lnt_tensor *x, const lnt_tensor *y,
                                    const lnt_data_source *source);
void lnt_run_fingerprint_clear(lnt_run_fingerprint *text);

/** The first line of one text that the other does not have in its place; both NULL: the same. */
typedef struct lnt_text_difference {
    const char *before; /* not zero-terminated; NULL: nothing there */
    int before_length;
    const char *now;
    int now_length;
} lnt_text_difference;

lnt_text_difference lnt_text_compare(const char *before, const char *now);

#endif
