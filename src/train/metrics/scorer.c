/* SPDX-License-Identifier: MIT */
#include "train/metrics/scorer.h"

#include <math.h>
#include <string.h>

/* Arrays of the scorer, zeroed at creation. */
enum { N_ARRAYS = 6 };

static void arrays_of(lnt_scorer *scorer, void **arrays[N_ARRAYS])
{
    void **const all[N_ARRAYS] = {(void **) (void *) &scorer->classification.scores,
                                  (void **) (void *) &scorer->classification.weights,
                                  (void **) (void *) &scorer->classification.truth,
                                  (void **) (void *) &scorer->classification.ranked,
                                  (void **) (void *) &scorer->regression,
                                  (void **) (void *) &scorer->predictions};
    memcpy(arrays, all, sizeof all);
}

static lnt_status allocate(lnt_scorer *scorer, const lnt_allocator *allocator)
{
    const size_t columns = scorer->classification.score_cols;
    const size_t ranked = columns > 0 ? scorer->max_rows : 0;
    const struct {
        size_t count;
        size_t size;
    } wanted[N_ARRAYS] = {
        {ranked * columns, sizeof(double)},
        {ranked, sizeof(double)},
        {ranked, sizeof(uint32_t)},
        {ranked, sizeof(lnt_roc_point)},
        {scorer->target_cols, sizeof(lnt_regression_sums)},
        {LNT_SCORER_CHUNK * scorer->outputs, sizeof(double)},
    };
    void **arrays[N_ARRAYS];
    arrays_of(scorer, arrays);
    for (size_t i = 0; i < N_ARRAYS; i++) {
        if (wanted[i].count > 0) {
            *arrays[i] = lnt_allocate(allocator, wanted[i].count, wanted[i].size);
            if (*arrays[i] == NULL) {
                return LNT_ERR_MEMORY;
            }
        }
    }
    return scorer->classification.classes > 0
               ? lnt_confusion_init(&scorer->classification.confusion,
                                    scorer->classification.classes, scorer->max_rows, allocator)
               : LNT_OK;
}

static lnt_status check(const lnt_scorer_config *config, size_t classes)
{
    if (config->outputs == 0 || config->top_k == 0 || lnt_loss_name(config->loss.kind) == NULL ||
        (classes > 0 && config->top_k > classes)) {
        return LNT_ERR_INVALID;
    }
    return config->outputs > INT32_MAX ? LNT_ERR_TOO_LARGE : LNT_OK;
}

bool lnt_scorer_has_auc(size_t classes, size_t rows)
{
    return classes > 0 && rows > 0 && rows <= LNT_SCORER_MAX_AUC / (classes == 2 ? 1 : classes);
}

lnt_status lnt_scorer_create(lnt_scorer **out, const lnt_scorer_config *config)
{
    if (out == NULL) {
        return LNT_ERR_NULL;
    }
    *out = NULL;
    if (config == NULL) {
        return LNT_ERR_NULL;
    }
    const size_t classes = lnt_loss_classes(config->loss.kind, config->outputs);
    LNT_TRY(check(config, classes));
    lnt_scorer *scorer = lnt_allocate(config->allocator, 1, sizeof *scorer);
    if (scorer == NULL) {
        return LNT_ERR_MEMORY;
    }
    if (config->allocator != NULL) {
        scorer->allocator = *config->allocator;
        scorer->custom_allocator = true;
    }
    scorer->loss = config->loss;
    scorer->outputs = config->outputs;
    scorer->max_rows = config->max_rows;
    scorer->top_k = config->top_k;
    scorer->classification.classes = classes;
    if (lnt_scorer_has_auc(classes, config->max_rows)) {
        scorer->classification.score_cols = classes == 2 ? 1 : classes;
    }
    if (lnt_metric_applies(LNT_METRIC_MAE, config->loss.kind, config->outputs)) {
        scorer->target_cols = lnt_loss_target_cols(config->loss.kind, config->outputs);
    }
    const lnt_status status =
        allocate(scorer, scorer->custom_allocator ? &scorer->allocator : NULL);
    if (status != LNT_OK) {
        lnt_scorer_destroy(scorer);
        return status;
    }
    *out = scorer;
    return LNT_OK;
}

void lnt_scorer_destroy(lnt_scorer *scorer)
{
    if (scorer == NULL) {
        return;
    }
    const lnt_allocator allocator = scorer->allocator;
    const lnt_allocator *from = scorer->custom_allocator ? &allocator : NULL;
    void **arrays[N_ARRAYS];
    arrays_of(scorer, arrays);
    for (size_t i = 0; i < N_ARRAYS; i++) {
        lnt_release(from, *arrays[i]);
    }
    if (scorer->classification.classes > 0) {
        scorer->classification.confusion.allocator = from;
        lnt_confusion_clear(&scorer->classification.confusion);
    }
    lnt_release(from, scorer);
}

void lnt_scorer_reset(lnt_scorer *scorer)
{
    lnt_classification_sums *classes = &scorer->classification;
    scorer->rows = 0;
    scorer->loss_sum = scorer->divisor = scorer->regression_weight = 0;
    classes->weight = classes->log_loss = classes->among_k = 0;
    if (classes->classes > 0) {
        lnt_confusion_reset(&classes->confusion);
    }
    if (scorer->regression != NULL) {
        memset(scorer->regression, 0, scorer->target_cols * sizeof *scorer->regression);
    }
}

static lnt_status add_loss(lnt_scorer *scorer, const lnt_tensor *output, const lnt_tensor *target,
                           const lnt_tensor *weights)
{
    double value, divisor = 1;
    LNT_TRY(lnt_loss_evaluate(&scorer->loss, output, target, weights, &value, NULL));
    if (scorer->loss.value_reduction == LNT_MEAN) {
        LNT_TRY(lnt_loss_divisor(&scorer->loss, output, target, weights, &divisor));
    }
    scorer->loss_sum += divisor > 0 ? divisor * value : 0;
    scorer->divisor += divisor;
    return LNT_OK;
}

static lnt_status add_chunk(lnt_scorer *scorer, const lnt_tensor *output, const lnt_tensor *target,
                            const lnt_tensor *weights, const double *scale)
{
    if (scorer->classification.classes > 0) {
        LNT_TRY(lnt_scorer_update_classification(scorer, output, target, weights));
    } else if (scorer->target_cols > 0 && target->cols == scorer->target_cols) {
        LNT_TRY(lnt_scorer_update_regression(scorer, output, target, weights, scale));
    }
    scorer->rows += output->rows;
    return LNT_OK;
}

lnt_status lnt_scorer_update_scaled(lnt_scorer *scorer, const lnt_tensor *output,
                                    const lnt_tensor *target, const lnt_tensor *weights,
                                    const double *scale)
{
    if (scorer == NULL || output == NULL || target == NULL) {
        return LNT_ERR_NULL;
    }
    if (output->cols != scorer->outputs) {
        return LNT_ERR_SHAPE;
    }
    if (scorer->max_rows > 0 && output->rows > scorer->max_rows - scorer->rows) {
        return LNT_ERR_TOO_LARGE;
    }
    LNT_TRY(add_loss(scorer, output, target, weights)); /* which checks all three */
    for (size_t first = 0, count; first < output->rows; first += count) {
        lnt_tensor some_output, some_target, some_weights;
        count = output->rows - first < LNT_SCORER_CHUNK ? output->rows - first : LNT_SCORER_CHUNK;
        LNT_TRY(lnt_slice_rows(output, first, count, 1, &some_output));
        LNT_TRY(lnt_slice_rows(target, first, count, 1, &some_target));
        if (weights != NULL) {
            LNT_TRY(lnt_slice_rows(weights, first, count, 1, &some_weights));
        }
        LNT_TRY(add_chunk(scorer, &some_output, &some_target,
                          weights != NULL ? &some_weights : NULL, scale));
    }
    return LNT_OK;
}

lnt_status lnt_scorer_update(lnt_scorer *scorer, const lnt_tensor *output, const lnt_tensor *target,
                             const lnt_tensor *weights)
{
    return lnt_scorer_update_scaled(scorer, output, target, weights, NULL);
}

lnt_status lnt_scorer_compute(lnt_scorer *scorer, lnt_scores *scores)
{
    if (scorer == NULL || scores == NULL) {
        return LNT_ERR_NULL;
    }
    *scores = lnt_scores_none();
    scores->rows = scorer->rows;
    if (scorer->rows == 0) {
        return LNT_OK;
    }
    const double mean = scorer->divisor > 0 ? scorer->loss_sum / scorer->divisor : 0;
    scores->value[LNT_METRIC_LOSS] =
        scorer->loss.value_reduction == LNT_SUM ? scorer->loss_sum : mean;
    if (scorer->classification.weight > 0) {
        lnt_scorer_compute_classification(scorer, scores);
    }
    if (scorer->regression_weight > 0) {
        lnt_scorer_compute_regression(scorer, scores);
    }
    return LNT_OK;
}

size_t lnt_scorer_classes(const lnt_scorer *scorer)
{
    return scorer->classification.classes;
}

double lnt_scorer_confusion(const lnt_scorer *scorer, size_t truth, size_t predicted)
{
    const size_t classes = scorer->classification.classes;
    return truth < classes && predicted < classes
               ? lnt_confusion_at(&scorer->classification.confusion, truth, predicted)
               : 0;
}

size_t lnt_scorer_confusion_count(const lnt_scorer *scorer)
{
    return scorer->classification.classes > 0
               ? lnt_confusion_count(&scorer->classification.confusion)
               : 0;
}

void lnt_scorer_confusion_entries(const lnt_scorer *scorer, lnt_confusion_entry *entries)
{
    if (scorer->classification.classes > 0) {
        lnt_confusion_copy(&scorer->classification.confusion, entries);
    }
}
