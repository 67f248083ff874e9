/* SPDX-License-Identifier: MIT */
#include "train/metrics/class_of.h"
#include "train/metrics/scorer.h"

#include <math.h>

/* −log(1 + e^−z), without overflow. */
static double log_sigmoid(double z)
{
    return z < 0 ? z - log1p(exp(z)) : -log1p(exp(-z));
}

/* Row i of the predictions, which are dense. */
static const double *row_of(const lnt_tensor *predictions, size_t i)
{
    return (const double *) predictions->data + i * predictions->cols;
}

/* log p of class c, from log-softmax or from one logit. */
static double log_probability(const lnt_tensor *predictions, size_t i, size_t c)
{
    const double *row = row_of(predictions, i);
    return predictions->cols > 1 ? row[c] : log_sigmoid(c == 1 ? row[0] : -row[0]);
}

/* Whether class c is one of the k most likely. Of equally likely classes, later ones come first. */
static bool is_among(const lnt_tensor *predictions, size_t i, size_t c, size_t k)
{
    const double *row = row_of(predictions, i), own = row[c];
    size_t before = 0;
    for (size_t j = 0; j < c; j++) {
        before += row[j] > own;
    }
    for (size_t j = c + 1; j < predictions->cols; j++) {
        before += row[j] >= own;
    }
    return !isnan(own) && before < k;
}

static void keep_row(lnt_classification_sums *sums, size_t row, const lnt_tensor *predictions,
                     size_t i, size_t truth, double weight)
{
    sums->weights[row] = weight;
    sums->truth[row] = (uint32_t) truth;
    for (size_t j = 0; j < sums->score_cols; j++) {
        /* for two classes, rank by the log of their ratio, which never saturates */
        sums->scores[row * sums->score_cols + j] =
            sums->classes > 2 ? log_probability(predictions, i, j)
            : predictions->cols == 1
                ? lnt_tensor_get(predictions, i, 0)
                : lnt_tensor_get(predictions, i, 1) - lnt_tensor_get(predictions, i, 0);
    }
}

lnt_status lnt_scorer_update_classification(lnt_scorer *scorer, const lnt_tensor *output,
                                            const lnt_tensor *target, const lnt_tensor *weights)
{
    lnt_classification_sums *sums = &scorer->classification;
    const size_t classes = sums->classes;
    lnt_tensor predictions = lnt_tensor_f64(scorer->predictions, output->rows, output->cols);
    LNT_TRY(lnt_copy(output, &predictions));
    if (output->cols > 1) {
        LNT_TRY(lnt_log_softmax(&predictions, &predictions));
    }
    for (size_t i = 0; i < output->rows; i++) {
        const double weight = weights != NULL ? lnt_tensor_get(weights, i, 0) : 1;
        const size_t truth = lnt_class_true(target, i, classes);
        const size_t predicted = lnt_class_predicted(output, i);
        if (truth == LNT_NO_CLASS) {
            return LNT_ERR_INVALID;
        }
        LNT_TRY(lnt_confusion_add(&sums->confusion, truth, predicted, weight));
        sums->weight += weight;
        sums->log_loss -= weight > 0 ? weight * log_probability(&predictions, i, truth) : 0;
        if (classes > 2) {
            sums->among_k += is_among(&predictions, i, truth, scorer->top_k) ? weight : 0;
        }
        if (sums->score_cols > 0) {
            keep_row(sums, scorer->rows + i, &predictions, i, truth, weight);
        }
    }
    return LNT_OK;
}

/* The numbers of one class in the confusion matrix. */
typedef struct counts {
    double support;   /* rows of the class */
    double predicted; /* rows predicted as it */
    double correct;   /* both */
} counts;

static counts counts_of(const lnt_classification_sums *sums, size_t c)
{
    const lnt_confusion *of = &sums->confusion;
    return (counts){of->support[c], of->predicted[c], of->correct[c]};
}

static double f1_of(counts of)
{
    const double both = of.support + of.predicted;
    return both > 0 ? 2 * of.correct / both : 0;
}

/* Mean over the classes that occur, as true or as predicted class. */
static double f1(const lnt_classification_sums *sums)
{
    if (sums->classes == 2) {
        return f1_of(counts_of(sums, 1));
    }
    double sum = 0, classes = 0;
    for (size_t c = 0; c < sums->classes; c++) {
        const counts of = counts_of(sums, c);
        if (of.support + of.predicted > 0) {
            sum += f1_of(of);
            classes++;
        }
    }
    return sum / classes;
}

static double balanced_accuracy(const lnt_classification_sums *sums)
{
    double sum = 0, classes = 0;
    for (size_t c = 0; c < sums->classes; c++) {
        const counts of = counts_of(sums, c);
        if (of.support > 0) {
            sum += of.correct / of.support;
            classes++;
        }
    }
    return sum / classes;
}

static double accuracy(const lnt_classification_sums *sums)
{
    double correct = 0;
    for (size_t c = 0; c < sums->classes; c++) {
        correct += counts_of(sums, c).correct;
    }
    return correct / sums->weight;
}

static double auc(lnt_classification_sums *sums, size_t rows)
{
    double sum = 0;
    for (size_t j = 0; j < sums->score_cols; j++) {
        const size_t class = sums->classes == 2 ? 1 : j;
        for (size_t i = 0; i < rows; i++) {
            sums->ranked[i] = (lnt_roc_point){sums->scores[i * sums->score_cols + j],
                                              sums->weights[i], sums->truth[i] == class};
        }
        sum += lnt_auc(sums->ranked, rows);
    }
    return sum / (double) sums->score_cols;
}

void lnt_scorer_compute_classification(lnt_scorer *scorer, lnt_scores *scores)
{
    lnt_classification_sums *sums = &scorer->classification;
    scores->value[LNT_METRIC_ACCURACY] = accuracy(sums);
    scores->value[LNT_METRIC_BALANCED_ACCURACY] = balanced_accuracy(sums);
    scores->value[LNT_METRIC_F1] = f1(sums);
    scores->value[LNT_METRIC_LOG_LOSS] = sums->log_loss / sums->weight;
    if (sums->classes > 2) {
        scores->value[LNT_METRIC_TOP_K] = sums->among_k / sums->weight;
    }
    if (sums->score_cols > 0) {
        scores->value[LNT_METRIC_ROC_AUC] = auc(sums, scorer->rows);
    }
}
