/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_RUN_TRAINING_STATE_H
#define LINNET_TRAIN_RUN_TRAINING_STATE_H

#include <linnet/train.h>

/** The pass and the optimizer of a run, created from a configuration. */
typedef struct lnt_training_state {
    lnt_pass *pass;
    lnt_optim *optim;
} lnt_training_state;

/** Clear it on failure, too. */
lnt_status lnt_training_state_init(lnt_training_state *training, const lnt_net *net,
                                   const lnt_fit_config *config, size_t max_rows, lnt_error *error);
void lnt_training_state_clear(lnt_training_state *training);

#endif
