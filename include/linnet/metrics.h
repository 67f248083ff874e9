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
 * Metrics of a set of rows. Each agrees with scikit-learn's function of the same name: macro
 * averages for more than two classes; F1 of class 1 for two classes. With weights, each row counts
 * by its weight. A row whose outputs are NaN is wrong. Predictions are the outputs after
 * `lnt_loss_inverse_link`: rates for Poisson, means for a Gaussian.
 */
typedef enum lnt_metric {
    LNT_METRIC_LOSS,
    LNT_METRIC_ACCURACY, /**< fraction of rows whose most likely class is the true one */
    LNT_METRIC_TOP_K,    /**< fraction of rows whose true class is one of the k most likely; of two
                            equally likely classes the later comes first; for three classes or more */
    LNT_METRIC_BALANCED_ACCURACY, /**< mean recall of the classes that occur */
    LNT_METRIC_F1,                /**< 2·precision·recall/(precision + recall), macro average */
    LNT_METRIC_ROC_AUC,  /**< area under the ROC curve; one-vs-rest, macro average; NaN if a class
                            has no rows */
    LNT_METRIC_LOG_LOSS, /**< −mean log p(true class) */
    LNT_METRIC_MAE,      /**< mean |ŷ − y|, mean over columns */
    LNT_METRIC_RMSE,     /**< root of the mean of (ŷ − y)², mean over columns */
    LNT_METRIC_R2, /**< 1 − Σ(ŷ − y)²/Σ(y − mean y)², mean over columns; NaN if a column is constant
                    */
    LNT_N_METRICS
} lnt_metric;

/** "loss", "accuracy", "top_k", "balanced_accuracy", "f1", "roc_auc", "log_loss", "mae", "rmse",
    "r2"; NULL for a value outside the list. */
LNT_API const char *lnt_metric_name(lnt_metric metric);
LNT_API LNT_MUST_CHECK lnt_status lnt_metric_find(const char *name, lnt_metric *metric);
/** Whether larger values are better. */
LNT_API bool lnt_metric_is_higher_better(lnt_metric metric);
/** Whether the metric is defined for this loss and number of outputs. */
LNT_API bool lnt_metric_applies(lnt_metric metric, lnt_loss_kind loss, size_t outputs);

/** All metrics of a set of rows; NaN if a metric does not apply or is not defined. */
typedef struct lnt_scores {
    size_t rows;
    double value[LNT_N_METRICS]; /**< by `lnt_metric` */
} lnt_scores;

/** No rows, all NaN. */
LNT_API lnt_scores lnt_scores_none(void);

/**
 * Accumulates outputs and targets batch by batch and computes the scores at the end. All memory is
 * allocated at creation: 32 to 64 bytes for each pair of classes that `max_rows` rows can have.
 * Exception: with `max_rows` 0 and more than 256 classes, the confusion matrix grows with the rows
 * (`LNT_ERR_MEMORY`). One thread at a time.
 */
typedef struct lnt_scorer lnt_scorer;

typedef struct lnt_scorer_config {
    lnt_loss loss; /**< the outputs are those of a net with this loss, such as logits; pointers in
                      it are borrowed */
    size_t outputs;
    size_t max_rows; /**< limit of the rows between two resets; AUC stores and sorts all of them. 0:
                        no limit, no AUC */
    size_t top_k;    /**< at least 1, at most the number of classes; `lnt_fit` uses 3 */
    const lnt_allocator *allocator;
} lnt_scorer_config;

/**
 * The limit of scores for AUC, which stores all of them: max_rows times the number of classes (for
 * two classes: max_rows). Above it, AUC is NaN.
 */
#define LNT_SCORER_MAX_AUC ((size_t) 1 << 26)

/** Creates a scorer; the caller owns it. NULL on failure. */
LNT_API LNT_MUST_CHECK lnt_status lnt_scorer_create(lnt_scorer **scorer,
                                                    const lnt_scorer_config *config);
LNT_API void lnt_scorer_destroy(lnt_scorer *scorer);

/** Removes all rows. */
LNT_API void lnt_scorer_reset(lnt_scorer *scorer);

/**
 * Adds a batch: `output` of the net, F32 or F64, `target` as for the loss, `weights` [rows, 1] or
 * NULL. `LNT_ERR_TOO_LARGE` beyond max_rows. No allocation, unless max_rows is 0 and there are more
 * than 256 classes: then the confusion matrix can grow, or `LNT_ERR_MEMORY`.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_scorer_update(lnt_scorer *scorer, const lnt_tensor *output,
                                                    const lnt_tensor *target,
                                                    const lnt_tensor *weights);

/**
 * `lnt_scorer_update` for scaled outputs and targets: multiplies the errors of column j by
 * scale[j], so that the scores are in the original unit of the targets. The loss is that of the
 * scaled numbers. `scale` may be NULL.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_scorer_update_scaled(lnt_scorer *scorer,
                                                           const lnt_tensor *output,
                                                           const lnt_tensor *target,
                                                           const lnt_tensor *weights,
                                                           const double *scale);

/** The scores of the rows since the last reset. No allocation. */
LNT_API LNT_MUST_CHECK lnt_status lnt_scorer_compute(lnt_scorer *scorer, lnt_scores *scores);

/**
 * Number of classes of its confusion matrix; 0 unless the loss is a classification with one label a
 * row.
 */
LNT_API size_t lnt_scorer_classes(const lnt_scorer *scorer);

/** Total weight of the rows with true class `truth` and predicted class `predicted`; 0 outside. */
LNT_API double lnt_scorer_confusion(const lnt_scorer *scorer, size_t truth, size_t predicted);

/** An entry of a confusion matrix. */
typedef struct lnt_confusion_entry {
    size_t truth;
    size_t predicted;
    double weight; /**< total weight of these rows */
} lnt_confusion_entry;

/** Number of nonzero entries of the confusion matrix. It is at most the number of rows. */
LNT_API size_t lnt_scorer_confusion_count(const lnt_scorer *scorer);

/**
 * Copies the nonzero entries to `entries` [that number], ordered by true class, then by predicted
 * class.
 */
LNT_API void lnt_scorer_confusion_entries(const lnt_scorer *scorer, lnt_confusion_entry *entries);

/**
 * *value = the fraction of rows whose largest output is the target class. `target` is as for
 * softmax cross-entropy: labels [rows, 1], or rows of probabilities, of which the largest counts.
 * NaN for no rows. A row with a NaN output is wrong. With one output, a logit of binary
 * cross-entropy, the predicted class is 1 for an output above 0, and the true class is 1 for a
 * target above 1/2. `LNT_ERR_INVALID` for an invalid label.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_accuracy(const lnt_tensor *output, const lnt_tensor *target,
                                               double *value);

LNT_END_DECLS

#endif
