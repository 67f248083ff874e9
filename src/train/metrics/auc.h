/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_METRICS_AUC_H
#define LINNET_TRAIN_METRICS_AUC_H

#include <stdbool.h>
#include <stddef.h>

/** A row as the ROC curve sees it. */
typedef struct lnt_ranked {
    double score;
    double weight;
    bool positive;
} lnt_ranked;

/**
 * Area under the ROC curve by the trapezoidal rule, so that ties count half; sorts `rows`. NaN
 * unless there are positive and negative rows of some weight.
 */
double lnt_auc(lnt_ranked *rows, size_t count);

#endif
