/* SPDX-License-Identifier: MIT */
#ifndef LINNET_METRICS_H
#define LINNET_METRICS_H

#include <linnet/export.h>
#include <linnet/loss.h>
#include <linnet/memory.h>
#include <linnet/status.h>
#include <linnet/tensor.h>
#include <stdbool.h>
#include <stddef.h>

LNT_BEGIN_DECLS

/**
 * Measures of a set of rows. Each agrees with scikit-learn's function of that name (macro averages
 * where there are several classes; F1 of class 1 where there are two). With weights, each row
 * counts by its own. A row whose outputs are NaN is wrong. Numbers are those that outputs mean
 * (`lnt_loss_inverse_link`): rates of Poisson, the means of a Gaussian.
 */
typedef enum lnt_metric {
    LNT_METRIC_LOSS,
    LNT_METRIC_ACCURACY, /**< share of rows whose most likely class is the true one */
    LNT_METRIC_TOP_K,    /**< share whose true class is among the k most likely, the later of two as
                         likely; of three classes or more */
    LNT_METRIC_BALANCED_ACCURACY, /**< mean over the classes present of the share found */
    LNT_METRIC_F1,                /**< 2·precision·recall/(precision + recall), macro average */
    LNT_METRIC_ROC_AUC,  /**< area under the ROC curve; one against the rest, macro; NaN if some
                              class has no rows */
    LNT_METRIC_LOG_LOSS, /**< −mean log p(true class) */
    LNT_METRIC_MAE,      /**< mean |ŷ − y|, mean over columns */
    LNT_METRIC_RMSE,     /**< root of the mean of (ŷ − y)², mean over columns */
    LNT_METRIC_R2, /**< 1 − Σ(ŷ − y)²/Σ(y − mean y)², mean over columns; NaN if one does not vary */
    LNT_N_METRICS
} lnt_metric;

/** "loss", "accuracy", "top_k", "balanced_accuracy", "f1", "roc_auc", "log_loss", "mae", "rmse",
    "r2"; NULL for a value outside the list. */
LNT_API const char *lnt_metric_name(lnt_metric metric);
LNT_API LNT_MUST_CHECK lnt_status lnt_metric_find(const char *name, lnt_metric *metric);
/** Whether larger values are better. */
LNT_API bool lnt_metric_is_higher_better(lnt_metric metric);
/** Whether the metric means something for nets of that loss and so many outputs. */
LNT_API bool lnt_metric_applies(lnt_metric metric, lnt_loss_kind loss, size_t outputs);

/** All metrics of a set of rows; NaN where one does not apply or is not defined. */
typedef struct lnt_scores {
    size_t rows;
    double value[LNT_N_METRICS]; /**< by `lnt_metric` */
} lnt_scores;

/** No rows, all NaN. */
LNT_API lnt_scores lnt_scores_none(void);

/**
 * Gathers outputs and targets batch by batch and computes the scores at the end. All memory is
 * taken at creation, but for the confusion matrix of more than 256 classes with `max_rows` 0, which
 * grows with the rows (`LNT_ERR_MEMORY`). It takes 32 to 64 bytes for each pair of classes that
 * rows of up to `max_rows` can have. One thread at a time.
 */
typedef struct lnt_scorer lnt_scorer;

typedef struct lnt_scorer_config {
    lnt_loss loss; /**< outputs are those of a net trained for it: logits, …; borrowed parts too */
    size_t outputs;
    size_t max_rows; /**< rows that one round can take: AUC sorts them all; 0: no AUC, any number */
    size_t top_k;    /**< at least 1; 3 by default, no more than the classes */
    const lnt_allocator *allocator;
} lnt_scorer_config;

/**
 * AUC is computed of at most so many scores, max_rows times the classes (of two: max_rows): it
 * keeps them all. Above it is NaN.
 */
#define LNT_SCORER_MAX_AUC ((size_t) 1 << 26)

/** Creates a scorer; the caller owns it. NULL on failure. */
LNT_API LNT_MUST_CHECK lnt_status lnt_scorer_create(lnt_scorer **scorer,
                                                    const lnt_scorer_config *config);
LNT_API void lnt_scorer_destroy(lnt_scorer *scorer);

/** Forgets all rows. */
LNT_API void lnt_scorer_reset(lnt_scorer *scorer);

/**
 * Adds a batch: `output` as a net gives it, F32 or F64, `target` as its loss takes it, `weights`
 * [rows, 1] or NULL. `LNT_ERR_TOO_LARGE` beyond max_rows. No allocation, unless max_rows is 0 and
 * there are more than 256 classes: the table of pairs of classes then grows, or `LNT_ERR_MEMORY`.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_scorer_update(lnt_scorer *scorer, const lnt_tensor *output,
                                                    const lnt_tensor *target,
                                                    const lnt_tensor *weights);

/**
 * `lnt_scorer_update` for outputs and targets that are scaled: multiplies the errors of column j by
 * scale[j], so that the scores are in the unit of the targets. The loss is that of the scaled
 * numbers. `scale` may be NULL.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_scorer_update_scaled(lnt_scorer *scorer,
                                                           const lnt_tensor *output,
                                                           const lnt_tensor *target,
                                                           const lnt_tensor *weights,
                                                           const double *scale);

/** The scores of the rows since the last reset. No allocation. */
LNT_API LNT_MUST_CHECK lnt_status lnt_scorer_compute(lnt_scorer *scorer, lnt_scores *scores);

/** Number of classes of its confusion matrix; 0 if the loss is no classification of one label. */
LNT_API size_t lnt_scorer_classes(const lnt_scorer *scorer);

/** Weight of the rows of class `truth` that were taken for class `predicted`; 0 outside. */
LNT_API double lnt_scorer_confusion(const lnt_scorer *scorer, size_t truth, size_t predicted);

/** An entry of a confusion matrix. */
typedef struct lnt_confusion_entry {
    size_t truth;
    size_t predicted;
    double weight; /**< of the rows of class `truth` that were taken for class `predicted` */
} lnt_confusion_entry;

/** The number of entries of the confusion matrix that are not 0. It is at most the number of rows.
 */
LNT_API size_t lnt_scorer_confusion_count(const lnt_scorer *scorer);

/** Copies those to `entries` [that count], ordered by true class, then by predicted class. */
LNT_API void lnt_scorer_confusion_entries(const lnt_scorer *scorer, lnt_confusion_entry *entries);

/**
 * *value = the share of rows whose largest output is the target class; `target` as for softmax
 * cross-entropy (labels [rows, 1], or rows of probabilities, whose largest counts). NaN for no
 * rows. A row with a NaN output is wrong. With one output, a logit of binary cross-entropy, class 1
 * is an output above 0, and a target above 1/2. `LNT_ERR_INVALID` for what is no label.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_accuracy(const lnt_tensor *output, const lnt_tensor *target,
                                               double *value);

LNT_END_DECLS

#endif
