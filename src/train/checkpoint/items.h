/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_CHECKPOINT_ITEMS_H
#define LINNET_TRAIN_CHECKPOINT_ITEMS_H

#include "train/run/run.h"

/** The content of a checkpoint of a run: named vectors and texts. */

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
#define LNT_RUN_TEXT_FIELDS "fields"     /* names of the numbers of the item `run` */
#define LNT_RUN_TEXT_SETTINGS "settings" /* see run_fingerprint.h */

/** The name of an item in checkpoints. */
const char *lnt_run_item_name(int item);

/** A view of an item of the run after `epochs` epochs; empty if the run does not have it. */
lnt_tensor lnt_run_item_view(lnt_run *run, int item, size_t epochs);

#endif
