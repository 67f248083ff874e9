/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_METRICS_AUC_H
#define LINNET_TRAIN_METRICS_AUC_H

#include <stdbool.h>
#include <stddef.h>

/** A row of the ROC curve. */
typedef struct lnt_roc_point {
    double score;
    double weight;
    bool positive;
} lnt_roc_point;

/**
 * Area under the ROC curve by the trapezoidal rule, so that ties count half; sorts `rows`. NaN
 * unless both positive and negative rows have weight.
 */
double lnt_auc(lnt_roc_point *rows, size_t count);

#endif
