/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_RUN_TRAINING_STATE_H
#define LINNET_TRAIN_RUN_TRAINING_STATE_H

#include <linnet/train.h>

/** What turns batches into steps: a pass and an optimiser, as a configuration describes them. */
typedef struct lnt_learner {
    lnt_pass *pass;
    lnt_optim *optim;
} lnt_learner;

/** On failure finish it, too. */
lnt_status lnt_learner_init(lnt_learner *learner, const lnt_net *net, const lnt_fit_config *config,
                            size_t max_rows, lnt_error *error);
void lnt_learner_finish(lnt_learner *learner);

#endif
