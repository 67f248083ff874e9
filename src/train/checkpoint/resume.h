/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_CHECKPOINT_RESUME_H
#define LINNET_TRAIN_CHECKPOINT_RESUME_H

#include "train/run/run.h"

/** Takes a prepared run to where the newest good checkpoint of the folder was, if there is one. */
lnt_status lnt_resume(lnt_run *run, lnt_checkpoint_folder *folder);

#endif
