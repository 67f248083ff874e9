/* SPDX-License-Identifier: MIT */
#include "metrics.h"

#include "escape.h"
#include "reading.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void lnt_cli_metrics_finish(lnt_cli_metrics *metrics)
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

static double share(size_t part, size_t whole)
{
    return whole > 0 ? (double) part / (double) whole : NAN;
}

/* Of one output, a probability of class 1, or of one for each class. */
static size_t most_likely(const lnt_tensor *output, size_t i)
{
    size_t best = 0;
    if (output->cols == 1) {
        return lnt_get(output, i, 0) > 0.5;
    }
    for (size_t j = 1; j < output->cols; j++) {
        best = lnt_get(output, i, j) > lnt_get(output, i, best) ? j : best;
    }
    return best;
}

static lnt_status count_classes(lnt_cli_metrics *metrics, const lnt_tensor *output,
                                const lnt_tensor *y)
{
    for (size_t i = 0; i < output->rows; i++) {
        const size_t is = (size_t) lnt_get(y, i, 0), said = most_likely(output, i);
        metrics->classes[is].rows++;
        metrics->classes[said].predicted++;
        metrics->classes[is].correct += said == is;
    }
    return LNT_OK;
}

/* Sums now, means later: squared errors in `rmse`, absolute ones in `mae`. */
static lnt_status add_errors(lnt_cli_metrics *metrics, const lnt_tensor *output,
                             const lnt_tensor *y)
{
    for (size_t i = 0; i < output->rows; i++) {
        for (size_t j = 0; j < metrics->n_outputs; j++) {
            const double difference = lnt_get(output, i, j) - lnt_get(y, i, j);
            metrics->targets[j].rmse += difference * difference;
            metrics->targets[j].mae += fabs(difference);
        }
    }
    return LNT_OK;
}

static double sum_of_squares(const lnt_tensor *y, size_t column)
{
    double mean = 0, sum = 0;
    for (size_t i = 0; i < y->rows; i++) {
        mean += lnt_get(y, i, column) / (double) y->rows;
    }
    for (size_t i = 0; i < y->rows; i++) {
        const double difference = lnt_get(y, i, column) - mean;
        sum += difference * difference;
    }
    return sum;
}

static void finish_errors(lnt_cli_metrics *metrics, const lnt_tensor *y)
{
    for (size_t j = 0; j < metrics->n_outputs; j++) {
        lnt_cli_errors *errors = &metrics->targets[j];
        const double all = sum_of_squares(y, j);
        errors->r2 = all > 0 ? 1 - errors->rmse / all : NAN;
        errors->rmse = sqrt(errors->rmse / (double) y->rows);
        errors->mae /= (double) y->rows;
    }
}

static lnt_status run_chunks(lnt_cli_metrics *metrics, lnt_predictor *predictor,
                             const lnt_tensor *x, const lnt_tensor *y, size_t outputs, void *memory)
{
    for (size_t first = 0; first < x->rows; first += LNT_CLI_CHUNK) {
        const size_t left = x->rows - first;
        const size_t count = left < LNT_CLI_CHUNK ? left : LNT_CLI_CHUNK;
        lnt_tensor x_chunk, y_chunk;
        lnt_tensor output = lnt_tensor_of(x->dtype, memory, count, outputs);
        LNT_TRY(lnt_slice_rows(x, first, count, 1, &x_chunk));
        LNT_TRY(lnt_slice_rows(y, first, count, 1, &y_chunk));
        LNT_TRY(lnt_predict(predictor, &x_chunk, &output));
        LNT_TRY(
            (metrics->classes != NULL ? count_classes : add_errors)(metrics, &output, &y_chunk));
    }
    return LNT_OK;
}

static void copy_confusion(lnt_cli_metrics *metrics, const lnt_scorer *scorer)
{
    const size_t classes = metrics->n_outputs;
    for (size_t i = 0; metrics->confusion != NULL && i < classes * classes; i++) {
        metrics->confusion[i] = lnt_scorer_confusion(scorer, i / classes, i % classes);
    }
}

static lnt_status score(lnt_cli_metrics *metrics, lnt_predictor *predictor, const lnt_model *model,
                        const lnt_tensor *x, const lnt_tensor *y, size_t top_k)
{
    const size_t classes = lnt_loss_classes(model->loss.kind, lnt_net_outputs(model->net));
    metrics->top_k = classes == 0 ? 1 : top_k < classes ? top_k : classes;
    const lnt_scorer_config config = {.loss = model->loss,
                                      .outputs = lnt_net_outputs(model->net),
                                      .max_rows = x->rows,
                                      .top_k = metrics->top_k};
    lnt_scorer *scorer = NULL;
    LNT_TRY(lnt_scorer_create(&scorer, &config));
    const lnt_status status = lnt_evaluate(predictor, x, y, NULL, scorer, &metrics->scores);
    if (status == LNT_OK) {
        metrics->loss = metrics->scores.value[LNT_METRIC_LOSS];
        copy_confusion(metrics, scorer);
    }
    lnt_scorer_destroy(scorer);
    return status;
}

/* Room for classes, or for targets, which are then the `n_outputs`. */
static bool allocate(lnt_cli_metrics *metrics, const lnt_model *model)
{
    const size_t outputs = lnt_net_outputs(model->net);
    const size_t classes = lnt_loss_classes(model->loss.kind, outputs);
    metrics->n_outputs = classes > 0 ? classes : lnt_loss_target_cols(model->loss.kind, outputs);
    if (classes == 0) {
        metrics->targets = calloc(metrics->n_outputs, sizeof *metrics->targets);
        return metrics->targets != NULL;
    }
    metrics->classes = calloc(classes, sizeof *metrics->classes);
    metrics->confusion = calloc(classes * classes, sizeof *metrics->confusion);
    return metrics->classes != NULL && metrics->confusion != NULL;
}

lnt_status lnt_cli_metrics_measure(lnt_cli_metrics *metrics, const lnt_model *model,
                                   const lnt_tensor *x, const lnt_tensor *y, size_t top_k)
{
    const size_t outputs = lnt_net_outputs(model->net);
    *metrics = (lnt_cli_metrics){.rows = x->rows, .loss = NAN, .accuracy = NAN};
    void *memory = lnt_allocate(NULL, LNT_CLI_CHUNK * outputs, lnt_dtype_size(x->dtype));
    lnt_predictor *predictor = NULL;
    const lnt_pass_config pass = lnt_cli_pass(LNT_CLI_CHUNK);
    lnt_status status = LNT_ERR_MEMORY;
    if (allocate(metrics, model) && memory != NULL) {
        status = lnt_predictor_create_with(&predictor, model, &pass);
    }
    if (status == LNT_OK) {
        status = score(metrics, predictor, model, x, y, top_k);
    }
    if (status == LNT_OK) {
        status = run_chunks(metrics, predictor, x, y, outputs, memory);
    }
    if (status == LNT_OK && metrics->classes == NULL) {
        finish_errors(metrics, y);
    } else if (status == LNT_OK) {
        metrics->accuracy = share(lnt_cli_metrics_correct(metrics), x->rows);
    }
    lnt_predictor_destroy(predictor);
    lnt_release(NULL, memory);
    if (status != LNT_OK) {
        lnt_cli_metrics_finish(metrics);
    }
    return status;
}

/* "top_3" for the k at hand; other names as they are. */
static const char *score_name(const lnt_cli_metrics *metrics, lnt_metric metric, char *text,
                              size_t size)
{
    if (metric != LNT_METRIC_TOP_K) {
        return lnt_metric_name(metric);
    }
    snprintf(text, size, "top_%zu", metrics->top_k);
    return text;
}

void lnt_cli_metrics_print_scores(const lnt_cli_metrics *metrics, FILE *stream)
{
    for (int m = LNT_METRIC_TOP_K; m < LNT_N_METRICS; m++) {
        char text[32];
        if (!isnan(metrics->scores.value[m])) {
            fprintf(stream, "%-18s %.6g\n", score_name(metrics, (lnt_metric) m, text, sizeof text),
                    metrics->scores.value[m]);
        }
    }
}

static const char *output_name(const lnt_cli_metrics *metrics, const lnt_model *model, size_t i,
                               char *number, size_t size)
{
    const lnt_names *names = metrics->classes != NULL ? model->class_names : model->target_names;
    snprintf(number, size, "%zu", metrics->classes != NULL ? i : i + 1);
    return names != NULL ? lnt_names_get(names, i) : number;
}

static size_t widest_name(const lnt_cli_metrics *metrics, const lnt_model *model, size_t least)
{
    for (size_t i = 0; i < metrics->n_outputs; i++) {
        char number[24];
        const size_t width =
            lnt_cli_escaped_width(output_name(metrics, model, i, number, sizeof number));
        least = width > least ? width : least;
    }
    return least;
}

static void print_classes(const lnt_cli_metrics *metrics, const lnt_model *model, FILE *stream)
{
    const size_t width = widest_name(metrics, model, strlen("class"));
    lnt_cli_print_name(stream, "class", width);
    fprintf(stream, "  %8s  %8s  %8s  %9s\n", "rows", "correct", "recall", "precision");
    for (size_t c = 0; c < metrics->n_outputs; c++) {
        const lnt_cli_class *one = &metrics->classes[c];
        char name[24], recall[24] = "-", precision[24] = "-";
        if (one->rows > 0) {
            snprintf(recall, sizeof recall, "%.4f", share(one->correct, one->rows));
        }
        if (one->predicted > 0) {
            snprintf(precision, sizeof precision, "%.4f", share(one->correct, one->predicted));
        }
        lnt_cli_print_name(stream, output_name(metrics, model, c, name, sizeof name), width);
        fprintf(stream, "  %8zu  %8zu  %8s  %9s\n", one->rows, one->correct, recall, precision);
    }
}

static void print_targets(const lnt_cli_metrics *metrics, const lnt_model *model, FILE *stream)
{
    const size_t width = widest_name(metrics, model, strlen("target"));
    lnt_cli_print_name(stream, "target", width);
    fprintf(stream, "  %12s  %12s  %8s\n", "RMSE", "MAE", "R2");
    for (size_t t = 0; t < metrics->n_outputs; t++) {
        const lnt_cli_errors *one = &metrics->targets[t];
        char name[24], r2[24] = "-";
        if (isfinite(one->r2)) {
            snprintf(r2, sizeof r2, "%.4f", one->r2);
        }
        lnt_cli_print_name(stream, output_name(metrics, model, t, name, sizeof name), width);
        fprintf(stream, "  %12.6g  %12.6g  %8s\n", one->rmse, one->mae, r2);
    }
}

/* As many classes as a line of 80 characters takes. */
#define MOST_CONFUSED 10

/* Columns for the largest count, and for as much of a class's name. */
static size_t cell_width(const lnt_cli_metrics *metrics)
{
    size_t width = 4;
    for (double most = 1e4; most <= (double) metrics->rows; most *= 10) {
        width++;
    }
    return width;
}

static void print_confusion(const lnt_cli_metrics *metrics, const lnt_model *model, FILE *stream)
{
    const size_t classes = metrics->n_outputs, width = widest_name(metrics, model, strlen("is"));
    const size_t cell = cell_width(metrics);
    char number[24];
    fprintf(stream, "\n");
    lnt_cli_print_name(stream, "is", width);
    fprintf(stream, "  taken for\n");
    lnt_cli_print_name(stream, "", width);
    for (size_t c = 0; c < classes; c++) {
        fprintf(stream, "  ");
        lnt_cli_print_short(stream, output_name(metrics, model, c, number, sizeof number), cell);
    }
    fprintf(stream, "\n");
    for (size_t r = 0; r < classes; r++) {
        lnt_cli_print_name(stream, output_name(metrics, model, r, number, sizeof number), width);
        for (size_t c = 0; c < classes; c++) {
            fprintf(stream, "  %*.0f", (int) cell, metrics->confusion[r * classes + c]);
        }
        fprintf(stream, "\n");
    }
}

void lnt_cli_metrics_print(const lnt_cli_metrics *metrics, const lnt_model *model, FILE *stream)
{
    (metrics->classes != NULL ? print_classes : print_targets)(metrics, model, stream);
    if (metrics->confusion != NULL && metrics->n_outputs <= MOST_CONFUSED) {
        print_confusion(metrics, model, stream);
    }
}

static json_t *class_json(const lnt_cli_class *one, const char *name)
{
    return json_pack("{s:o, s:I, s:I, s:I, s:o, s:o}", "class", lnt_cli_json_text(name), "rows",
                     (json_int_t) one->rows, "predicted", (json_int_t) one->predicted, "correct",
                     (json_int_t) one->correct, "recall",
                     lnt_cli_json_number(share(one->correct, one->rows)), "precision",
                     lnt_cli_json_number(share(one->correct, one->predicted)));
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
    json_t *rows = json_array();
    for (size_t r = 0; r < classes; r++) {
        json_t *row = json_array();
        for (size_t c = 0; c < classes; c++) {
            json_array_append_new(row,
                                  json_integer((json_int_t) metrics->confusion[r * classes + c]));
        }
        json_array_append_new(rows, row);
    }
    return rows;
}

json_t *lnt_cli_metrics_json(const lnt_cli_metrics *metrics, const lnt_model *model)
{
    json_t *list = json_array();
    for (size_t i = 0; i < metrics->n_outputs; i++) {
        char number[24];
        const char *name = output_name(metrics, model, i, number, sizeof number);
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
        object = json_pack("{s:I, s:I, s:o, s:o, s:o, s:o}", "rows", (json_int_t) metrics->rows,
                           "correct", (json_int_t) lnt_cli_metrics_correct(metrics), "accuracy",
                           lnt_cli_json_number(metrics->accuracy), "loss",
                           lnt_cli_json_number(metrics->loss), "classes", list, "confusion",
                           confusion_json(metrics));
    }
    for (int m = LNT_METRIC_TOP_K; object != NULL && m < LNT_N_METRICS; m++) {
        char text[32];
        if (!isnan(metrics->scores.value[m])) {
            json_object_set_new(object, score_name(metrics, (lnt_metric) m, text, sizeof text),
                                lnt_cli_json_number(metrics->scores.value[m]));
        }
    }
    return object;
}
