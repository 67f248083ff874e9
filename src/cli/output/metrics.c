/* SPDX-License-Identifier: MIT */
#include "cli/output/metrics.h"

#include <math.h>
#include <stdlib.h>

void lnt_cli_metrics_clear(lnt_cli_metrics *metrics)
{
    free(metrics->classes);
    free(metrics->targets);
    free(metrics->confusion);
    *metrics = (lnt_cli_metrics){0};
}

size_t lnt_cli_metrics_correct(const lnt_cli_metrics *metrics)
{
    size_t correct = 0;
    for (size_t c = 0; metrics->classes != NULL && c < metrics->n_outputs; c++) {
        correct += metrics->classes[c].correct;
    }
    return correct;
}

double lnt_cli_metrics_ratio(size_t part, size_t whole)
{
    return whole > 0 ? (double) part / (double) whole : NAN;
}

const char *lnt_cli_metrics_score_name(const lnt_cli_metrics *metrics, lnt_metric metric,
                                       char *text, size_t size)
{
    if (metric != LNT_METRIC_TOP_K) {
        return lnt_metric_name(metric);
    }
    snprintf(text, size, "top_%zu", metrics->top_k);
    return text;
}

const char *lnt_cli_metrics_name(const lnt_cli_metrics *metrics, const lnt_model *model, size_t i,
                                 char *number, size_t size)
{
    const lnt_names *names = metrics->classes != NULL ? model->class_names : model->target_names;
    snprintf(number, size, "%zu", metrics->classes != NULL ? i : i + 1);
    return names != NULL ? lnt_names_get(names, i) : number;
}
