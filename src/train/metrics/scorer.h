/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_METRICS_SCORER_H
#define LINNET_TRAIN_METRICS_SCORER_H

#include "train/metrics/auc.h"
#include "train/metrics/confusion.h"

#include <linnet/metrics.h>
#include <stdint.h>

/** Rows whose predictions are computed at a time. */
#define LNT_SCORER_CHUNK 64

/** Sums over the rows of a classification. */
typedef struct lnt_classification_sums {
    size_t classes; /* 0: no classification */
    double weight;
    double log_loss; /* Σ −w·log p(true class) */
    double among_k;  /* weight of the rows whose class is one of the k most likely */
    lnt_confusion confusion;
    size_t score_cols;     /* classes, or 1 for two; 0: no AUC */
    double *scores;        /* [max_rows, score_cols]: log p */
    double *weights;       /* [max_rows] */
    uint32_t *truth;       /* [max_rows] */
    lnt_roc_point *ranked; /* [max_rows] */
} lnt_classification_sums;

/** Sums over the rows of a regression, for one column of targets. */
typedef struct lnt_regression_sums {
    double absolute; /* Σ w·|e| */
    double squares;  /* Σ w·e² */
    double origin;   /* the first y */
    double mean;     /* of y − origin, so far */
    double spread;   /* Σ w·(y − mean of y)² */
} lnt_regression_sums;

struct lnt_scorer {
    lnt_allocator allocator;
    bool custom_allocator;
    lnt_loss loss;
    size_t outputs;
    size_t max_rows;
    size_t top_k;
    size_t rows;
    double loss_sum; /* Σ divisor·value, or Σ value */
    double divisor;
    lnt_classification_sums classification;
    size_t target_cols; /* of a regression; 0: no regression */
    double regression_weight;
    lnt_regression_sums *regression; /* [target_cols] */
    double *predictions;             /* [LNT_SCORER_CHUNK, outputs] */
};

/** Whether AUC is computed for this number of classes and rows. */
bool lnt_scorer_has_auc(size_t classes, size_t rows);

/* Each adds a batch of at most LNT_SCORER_CHUNK rows. They compute `predictions`. */
lnt_status lnt_scorer_update_classification(lnt_scorer *scorer, const lnt_tensor *output,
                                            const lnt_tensor *target, const lnt_tensor *weights);
lnt_status lnt_scorer_update_regression(lnt_scorer *scorer, const lnt_tensor *output,
                                        const lnt_tensor *target, const lnt_tensor *weights,
                                        const double *scale);
void lnt_scorer_compute_classification(lnt_scorer *scorer, lnt_scores *scores);
void lnt_scorer_compute_regression(const lnt_scorer *scorer, lnt_scores *scores);

#endif
