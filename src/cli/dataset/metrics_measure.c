/* SPDX-License-Identifier: MIT */
#include "cli/dataset/metrics_measure.h"

#include "cli/dataset/reading.h"

#include <math.h>
#include <stdlib.h>

/* A row without an answer, of NaN, is taken for no class. */
static void count_classes(lnt_cli_metrics *metrics, const lnt_tensor *y)
{
    for (size_t i = 0; i < y->rows; i++) {
        metrics->classes[(size_t) lnt_tensor_get(y, i, 0)].rows++;
    }
    for (size_t k = 0; k < metrics->n_confusion; k++) {
        const lnt_confusion_entry *entry = &metrics->confusion[k];
        const size_t rows = (size_t) entry->weight;
        metrics->classes[entry->predicted].predicted += rows;
        metrics->classes[entry->truth].correct += entry->truth == entry->predicted ? rows : 0;
    }
}

/* Sums now, means later: squared errors in `rmse`, absolute ones in `mae`. */
static lnt_status add_errors(lnt_cli_metrics *metrics, const lnt_tensor *output,
                             const lnt_tensor *y)
{
    for (size_t i = 0; i < output->rows; i++) {
        for (size_t j = 0; j < metrics->n_outputs; j++) {
            const double difference = lnt_tensor_get(output, i, j) - lnt_tensor_get(y, i, j);
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
        mean += lnt_tensor_get(y, i, column) / (double) y->rows;
    }
    for (size_t i = 0; i < y->rows; i++) {
        const double difference = lnt_tensor_get(y, i, column) - mean;
        sum += difference * difference;
    }
    return sum;
}

static void complete_errors(lnt_cli_metrics *metrics, const lnt_tensor *y)
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
        lnt_tensor output = lnt_tensor_view(x->dtype, memory, count, outputs);
        LNT_TRY(lnt_slice_rows(x, first, count, 1, &x_chunk));
        LNT_TRY(lnt_slice_rows(y, first, count, 1, &y_chunk));
        LNT_TRY(lnt_predict(predictor, &x_chunk, &output));
        LNT_TRY(add_errors(metrics, &output, &y_chunk));
    }
    return LNT_OK;
}

static lnt_status copy_confusion(lnt_cli_metrics *metrics, const lnt_scorer *scorer)
{
    metrics->n_confusion = lnt_scorer_confusion_count(scorer);
    if (metrics->classes == NULL) {
        return LNT_OK;
    }
    metrics->confusion = calloc(metrics->n_confusion + 1, sizeof *metrics->confusion);
    if (metrics->confusion == NULL) {
        return LNT_ERR_MEMORY;
    }
    lnt_scorer_confusion_entries(scorer, metrics->confusion);
    return LNT_OK;
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
    lnt_status status = lnt_evaluate(predictor, x, y, NULL, scorer, &metrics->scores);
    if (status == LNT_OK) {
        metrics->loss = metrics->scores.value[LNT_METRIC_LOSS];
        status = copy_confusion(metrics, scorer);
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
    return metrics->classes != NULL;
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
    if (status == LNT_OK && metrics->classes == NULL) {
        status = run_chunks(metrics, predictor, x, y, outputs, memory);
        complete_errors(metrics, y);
    } else if (status == LNT_OK) {
        count_classes(metrics, y);
        metrics->accuracy = lnt_cli_metrics_ratio(lnt_cli_metrics_correct(metrics), x->rows);
    }
    lnt_predictor_destroy(predictor);
    lnt_release(NULL, memory);
    if (status != LNT_OK) {
        lnt_cli_metrics_clear(metrics);
    }
    return status;
}

/* "top_3" for the k at hand; other names as they are. */
