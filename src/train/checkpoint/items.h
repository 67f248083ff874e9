/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_CHECKPOINT_ITEMS_H
#define LINNET_TRAIN_CHECKPOINT_ITEMS_H

#include "train/run/run.h"

/** What a checkpoint of a run holds: vectors by name, and texts. */

enum {
    LNT_RUN_ITEM_NET,
    LNT_RUN_ITEM_OPTIM,
    LNT_RUN_ITEM_BEST,
    LNT_RUN_ITEM_ROWS,            /* of the history */
    LNT_RUN_ITEM_PARAMETER_NORMS, /* likewise */
    LNT_RUN_ITEM_GRADIENT_NORMS,  /* likewise */
    LNT_RUN_ITEM_NUMBERS,
    LNT_RUN_ITEMS
};

/** Texts of a checkpoint. */
#define LNT_RUN_TEXT_FIELDS "fields"     /* names of the numbers of `run` */
#define LNT_RUN_TEXT_SETTINGS "settings" /* see run_fingerprint.h */

/** The name of an item in checkpoints. */
const char *lnt_run_item_name(int item);

/** A view of what the run has of an item after so many epochs; empty where there is nothing. */
lnt_tensor lnt_run_item_view(lnt_run *run, int item, size_t epochs);

#endif
