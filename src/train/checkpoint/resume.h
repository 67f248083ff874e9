/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_CHECKPOINT_RESUME_H
#define LINNET_TRAIN_CHECKPOINT_RESUME_H

#include "train/run/run.h"

/** Loads the newest valid checkpoint of the folder, if there is one, into a prepared run. */
lnt_status lnt_resume(lnt_run *run, lnt_checkpoint_folder *folder);

#endif
