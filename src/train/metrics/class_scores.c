/* SPDX-License-Identifier: MIT */
#include "train/metrics/class_of.h"
#include "train/metrics/scorer.h"

#include <math.h>

/* −log(1 + e^−z), without overflow. */
static double log_sigmoid(double z)
{
    return z < 0 ? z - log1p(exp(z)) : -log1p(exp(-z));
}

/* Row i of what the outputs mean, which lies dense. */
static const double *row_of(const lnt_tensor *meaning, size_t i)
{
    return (const double *) meaning->data + i * meaning->cols;
}

/* log p of class c, from log-softmax or from one logit. */
static double log_probability(const lnt_tensor *meaning, size_t i, size_t c)
{
    const double *row = row_of(meaning, i);
    return meaning->cols > 1 ? row[c] : log_sigmoid(c == 1 ? row[0] : -row[0]);
}

/* Whether class c is among the k most likely; of those as likely as it, later ones come first. */
static bool is_among(const lnt_tensor *meaning, size_t i, size_t c, size_t k)
{
    const double *row = row_of(meaning, i), own = row[c];
    size_t before = 0;
    for (size_t j = 0; j < c; j++) {
        before += row[j] > own;
    }
    for (size_t j = c + 1; j < meaning->cols; j++) {
        before += row[j] >= own;
    }
    return !isnan(own) && before < k;
}

static void keep_row(lnt_class_sums *sums, size_t row, const lnt_tensor *meaning, size_t i,
                     size_t truth, double weight)
{
    sums->weights[row] = weight;
    sums->truth[row] = (uint32_t) truth;
    for (size_t j = 0; j < sums->score_cols; j++) {
        /* of two classes the ranking by the log of their ratio, which never saturates */
        sums->scores[row * sums->score_cols + j] =
            sums->classes > 2    ? log_probability(meaning, i, j)
            : meaning->cols == 1 ? lnt_tensor_get(meaning, i, 0)
                                 : lnt_tensor_get(meaning, i, 1) - lnt_tensor_get(meaning, i, 0);
    }
}

lnt_status lnt_scorer_add_classes(lnt_scorer *scorer, const lnt_tensor *output,
                                  const lnt_tensor *target, const lnt_tensor *weights)
{
    lnt_class_sums *sums = &scorer->classes;
    const size_t classes = sums->classes;
    lnt_tensor meaning = lnt_tensor_f64(scorer->meaning, output->rows, output->cols);
    LNT_TRY(lnt_copy(output, &meaning));
    if (output->cols > 1) {
        LNT_TRY(lnt_log_softmax(&meaning, &meaning));
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
        sums->log_loss -= weight > 0 ? weight * log_probability(&meaning, i, truth) : 0;
        if (classes > 2) {
            sums->among_k += is_among(&meaning, i, truth, scorer->top_k) ? weight : 0;
        }
        if (sums->score_cols > 0) {
            keep_row(sums, scorer->rows + i, &meaning, i, truth, weight);
        }
    }
    return LNT_OK;
}

/* What the confusion matrix says of one class. */
typedef struct counts {
    double present;   /* rows of the class */
    double predicted; /* rows taken for it */
    double found;     /* both */
} counts;

static counts counts_of(const lnt_class_sums *sums, size_t c)
{
    const lnt_confusion *of = &sums->confusion;
    return (counts){of->present[c], of->predicted[c], of->found[c]};
}

static double f1_of(counts of)
{
    const double both = of.present + of.predicted;
    return both > 0 ? 2 * of.found / both : 0;
}

/* Mean over the classes that occur, as truth or as answer. */
static double f1(const lnt_class_sums *sums)
{
    if (sums->classes == 2) {
        return f1_of(counts_of(sums, 1));
    }
    double sum = 0, classes = 0;
    for (size_t c = 0; c < sums->classes; c++) {
        const counts of = counts_of(sums, c);
        if (of.present + of.predicted > 0) {
            sum += f1_of(of);
            classes++;
        }
    }
    return sum / classes;
}

static double balanced_accuracy(const lnt_class_sums *sums)
{
    double sum = 0, classes = 0;
    for (size_t c = 0; c < sums->classes; c++) {
        const counts of = counts_of(sums, c);
        if (of.present > 0) {
            sum += of.found / of.present;
            classes++;
        }
    }
    return sum / classes;
}

static double accuracy(const lnt_class_sums *sums)
{
    double found = 0;
    for (size_t c = 0; c < sums->classes; c++) {
        found += counts_of(sums, c).found;
    }
    return found / sums->weight;
}

static double auc(lnt_class_sums *sums, size_t rows)
{
    double sum = 0;
    for (size_t j = 0; j < sums->score_cols; j++) {
        const size_t class = sums->classes == 2 ? 1 : j;
        for (size_t i = 0; i < rows; i++) {
            sums->ranked[i] = (lnt_ranked){sums->scores[i * sums->score_cols + j], sums->weights[i],
                                           sums->truth[i] == class};
        }
        sum += lnt_auc(sums->ranked, rows);
    }
    return sum / (double) sums->score_cols;
}

void lnt_scorer_finish_classes(lnt_scorer *scorer, lnt_scores *scores)
{
    lnt_class_sums *sums = &scorer->classes;
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
