/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_METRIC_OF_NOW_H
#define LINNET_TRAIN_METRIC_OF_NOW_H

#include <linnet/train.h>

static inline const char *metric_name(lnt_metric metric)
{
    static const char *const names[] = {"loss", "accuracy", "top_k",    "balanced_accuracy",
                                        "f1",   "roc_auc",  "log_loss", "mae",
                                        "rmse", "r2"};
    return (unsigned) metric < LNT_N_METRICS ? names[metric] : NULL;
}

static inline bool metric_is_higher_better(lnt_metric metric)
{
    return (metric >= LNT_METRIC_ACCURACY && metric <= LNT_METRIC_ROC_AUC) ||
           metric == LNT_METRIC_R2;
}

static inline bool metric_applies(lnt_metric metric, lnt_loss_kind loss, size_t outputs)
{
    return metric == LNT_METRIC_LOSS ||
           (metric == LNT_METRIC_ACCURACY && lnt_loss_classes(loss, outputs) > 0);
}

#endif
