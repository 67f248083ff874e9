/* SPDX-License-Identifier: MIT */
#include "cli/output/metrics.h"
#include "cli/output/mistakes.h"
#include "cli/output/text.h"

#include <math.h>

static json_t *class_json(const lnt_cli_class *one, const char *name)
{
    return json_pack("{s:o, s:I, s:I, s:I, s:o, s:o}", "class", lnt_cli_json_text(name), "rows",
                     (json_int_t) one->rows, "predicted", (json_int_t) one->predicted, "correct",
                     (json_int_t) one->correct, "recall",
                     lnt_cli_json_number(lnt_cli_metrics_ratio(one->correct, one->rows)),
                     "precision",
                     lnt_cli_json_number(lnt_cli_metrics_ratio(one->correct, one->predicted)));
}

static json_t *target_json(const lnt_cli_errors *one, const char *name)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "target", lnt_cli_json_text(name), "rmse",
                     lnt_cli_json_number(one->rmse), "mae", lnt_cli_json_number(one->mae), "r2",
                     lnt_cli_json_number(one->r2));
}

/* A list for each class of how many were taken for which. */
static json_t *confusion_json(const lnt_cli_metrics *metrics)
{
    const size_t classes = metrics->n_outputs;
    const lnt_confusion_entry *entry = metrics->confusion;
    const lnt_confusion_entry *const end = entry + metrics->n_confusion;
    json_t *rows = json_array();
    for (size_t r = 0; r < classes; r++) {
        json_t *row = json_array();
        for (size_t c = 0; c < classes; c++) {
            const bool found = entry < end && entry->truth == r && entry->predicted == c;
            json_array_append_new(row, json_integer(found ? (json_int_t) entry->weight : 0));
            entry += found;
        }
        json_array_append_new(rows, row);
    }
    return rows;
}

/* The most frequent pairs of classes that were taken for each other. */
static bool put_mistakes(json_t *object, const lnt_cli_metrics *metrics, const lnt_model *model)
{
    lnt_cli_mistakes mistakes;
    if (lnt_cli_mistakes_init(&mistakes, metrics) != LNT_OK) {
        return false;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < mistakes.count; i++) {
        const lnt_confusion_entry *one = &mistakes.items[i];
        char is[24], said[24];
        json_array_append_new(
            list, json_pack("{s:o, s:o, s:I}", "class",
                            lnt_cli_json_text(
                                lnt_cli_metrics_name(metrics, model, one->truth, is, sizeof is)),
                            "predicted",
                            lnt_cli_json_text(lnt_cli_metrics_name(metrics, model, one->predicted,
                                                                   said, sizeof said)),
                            "rows", (json_int_t) one->weight));
    }
    const json_int_t left_out = (json_int_t) mistakes.left_out;
    lnt_cli_mistakes_clear(&mistakes);
    return json_object_set_new(object, "mistakes", list) == 0 &&
           json_object_set_new(object, "mistakes_left_out", json_integer(left_out)) == 0;
}

static bool put_confusion(json_t *object, const lnt_cli_metrics *metrics, const lnt_model *model)
{
    return metrics->n_outputs > LNT_CLI_CLASSES_SHOWN
               ? put_mistakes(object, metrics, model)
               : json_object_set_new(object, "confusion", confusion_json(metrics)) == 0;
}

json_t *lnt_cli_metrics_json(const lnt_cli_metrics *metrics, const lnt_model *model)
{
    json_t *list = json_array();
    for (size_t i = 0; i < metrics->n_outputs; i++) {
        char number[24];
        const char *name = lnt_cli_metrics_name(metrics, model, i, number, sizeof number);
        json_t *one = metrics->classes != NULL ? class_json(&metrics->classes[i], name)
                                               : target_json(&metrics->targets[i], name);
        if (json_array_append_new(list, one) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    json_t *object = NULL;
    if (metrics->classes == NULL) {
        object = json_pack("{s:I, s:o, s:o}", "rows", (json_int_t) metrics->rows, "loss",
                           lnt_cli_json_number(metrics->loss), "targets", list);
    } else {
        object = json_pack("{s:I, s:I, s:o, s:o, s:o}", "rows", (json_int_t) metrics->rows,
                           "correct", (json_int_t) lnt_cli_metrics_correct(metrics), "accuracy",
                           lnt_cli_json_number(metrics->accuracy), "loss",
                           lnt_cli_json_number(metrics->loss), "classes", list);
        if (object != NULL && !put_confusion(object, metrics, model)) {
            json_decref(object);
            object = NULL;
        }
    }
    for (int m = LNT_METRIC_TOP_K; object != NULL && m < LNT_N_METRICS; m++) {
        char text[32];
        if (!isnan(metrics->scores.value[m])) {
            json_object_set_new(
                object, lnt_cli_metrics_score_name(metrics, (lnt_metric) m, text, sizeof text),
                lnt_cli_json_number(metrics->scores.value[m]));
        }
    }
    return object;
}
