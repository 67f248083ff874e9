/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_TRAINER_H
#define LINNET_TRAIN_TRAINER_H

#include "train/run/training_state.h"
#include "train/schedule/lr_scheduler.h"

struct lnt_trainer {
    lnt_allocator allocator;
    bool custom_allocator;
    lnt_net *net;
    lnt_loss loss;
    lnt_training_state training;
    lnt_lr_scheduler scheduler;
};

#endif
