/* SPDX-License-Identifier: MIT */
#include "cli/report/scores.h"

#include <math.h>

static const char *const metric_names[LNT_N_METRICS] = {[LNT_METRIC_LOSS] = "loss",
                                                        [LNT_METRIC_ACCURACY] = "accuracy",
                                                        [LNT_METRIC_TOP_K] = "top‑k",
                                                        [LNT_METRIC_BALANCED_ACCURACY] =
                                                            "balanced accuracy",
                                                        [LNT_METRIC_F1] = "F1",
                                                        [LNT_METRIC_ROC_AUC] = "ROC AUC",
                                                        [LNT_METRIC_LOG_LOSS] = "log loss",
                                                        [LNT_METRIC_MAE] = "MAE",
                                                        [LNT_METRIC_RMSE] = "RMSE",
                                                        [LNT_METRIC_R2] = "R²"};

const char *lnt_html_metric(lnt_metric metric)
{
    return metric_names[metric];
}

bool lnt_html_scores_of(const lnt_history *history, lnt_metric metric, double *values)
{
    bool some = false;
    for (size_t i = 0; i < lnt_history_epochs(history); i++) {
        values[i] = lnt_history_get(history, i)->validation.value[metric];
        some = some || isfinite(values[i]);
    }
    return some;
}
