/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_CHECKPOINT_RESUME_H
#define LINNET_TRAIN_CHECKPOINT_RESUME_H

#include "train/checkpoint/run.h"

/** Texts of a checkpoint. */
#define LNT_RESUME_FIELDS "fields"     /* names of the numbers of `run` */
#define LNT_RESUME_SETTINGS "settings" /* see run_text.h */

/** Takes a prepared run to where the newest good checkpoint of the folder was, if there is one. */
lnt_status lnt_resume(lnt_run *run, lnt_checkpoint_folder *folder);

/** One of `LNT_SAVER_ITEMS`: its name in checkpoints, and a view of what the run has of it. */
const char *lnt_saver_name(int item);
lnt_tensor lnt_saver_view(lnt_run *run, int item, size_t epochs);

#endif
