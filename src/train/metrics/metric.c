/* SPDX-License-Identifier: MIT */
#include <linnet/metrics.h>

#include <math.h>
#include <string.h>

typedef enum domain { ANY, CLASSES, MANY_CLASSES, NUMBERS } domain;

static const struct {
    const char *name;
    domain domain;
    bool higher_is_better;
} metrics[] = {
    [LNT_METRIC_LOSS] = {"loss", ANY, false},
    [LNT_METRIC_ACCURACY] = {"accuracy", CLASSES, true},
    [LNT_METRIC_TOP_K] = {"top_k", MANY_CLASSES, true},
    [LNT_METRIC_BALANCED_ACCURACY] = {"balanced_accuracy", CLASSES, true},
    [LNT_METRIC_F1] = {"f1", CLASSES, true},
    [LNT_METRIC_ROC_AUC] = {"roc_auc", CLASSES, true},
    [LNT_METRIC_LOG_LOSS] = {"log_loss", CLASSES, false},
    [LNT_METRIC_MAE] = {"mae", NUMBERS, false},
    [LNT_METRIC_RMSE] = {"rmse", NUMBERS, false},
    [LNT_METRIC_R2] = {"r2", NUMBERS, true},
};

static bool is_metric(lnt_metric metric)
{
    return (unsigned) metric < LNT_N_METRICS;
}

const char *lnt_metric_name(lnt_metric metric)
{
    return is_metric(metric) ? metrics[metric].name : NULL;
}

lnt_status lnt_metric_find(const char *name, lnt_metric *metric)
{
    if (name == NULL || metric == NULL) {
        return LNT_ERR_NULL;
    }
    for (unsigned i = 0; i < LNT_N_METRICS; i++) {
        if (strcmp(metrics[i].name, name) == 0) {
            *metric = (lnt_metric) i;
            return LNT_OK;
        }
    }
    return LNT_ERR_INVALID;
}

bool lnt_metric_is_higher_better(lnt_metric metric)
{
    return is_metric(metric) && metrics[metric].higher_is_better;
}

bool lnt_metric_applies(lnt_metric metric, lnt_loss_kind loss, size_t outputs)
{
    if (!is_metric(metric)) {
        return false;
    }
    const size_t classes = lnt_loss_classes(loss, outputs);
    switch (metrics[metric].domain) {
    case CLASSES:
        return classes > 0;
    case MANY_CLASSES:
        return classes > 2;
    case NUMBERS:
        return !lnt_loss_is_classification(loss) && lnt_loss_target_cols(loss, outputs) > 0;
    default:
        return true;
    }
}

lnt_scores lnt_scores_none(void)
{
    lnt_scores scores = {0};
    for (int m = 0; m < LNT_N_METRICS; m++) {
        scores.value[m] = NAN;
    }
    return scores;
}
