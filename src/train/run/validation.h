/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_RUN_VALIDATION_H
#define LINNET_TRAIN_RUN_VALIDATION_H

#include "train/loader/gather.h"

/** Scores a net on validation rows, with an inference pass of its own. */
typedef struct lnt_validation {
    lnt_gather gather; /* no rows: no validation */
    lnt_pass *pass;
    lnt_scorer *scorer;
} lnt_validation;

/** Clear it on failure, too. */
lnt_status lnt_validation_init(lnt_validation *validation, const lnt_net *net,
                               const lnt_fit_config *config, const lnt_rows *rows);
void lnt_validation_clear(lnt_validation *validation);

/** The scores of the net; no allocation. */
lnt_status lnt_validation_run(lnt_validation *validation, const lnt_net *net, lnt_scores *scores);

#endif
