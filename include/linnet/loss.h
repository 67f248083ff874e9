/* SPDX-License-Identifier: MIT */
#ifndef LINNET_LOSS_H
#define LINNET_LOSS_H

#include <linnet/export.h>
#include <linnet/tensor.h>
#include <stdbool.h>

LNT_BEGIN_DECLS

typedef enum lnt_loss_kind {
    LNT_LOSS_MSE,                  /**< Σ_ij (ŷ_ij − y_ij)² */
    LNT_LOSS_SOFTMAX_CROSS_ENTROPY /**< −Σ_ij y_ij log softmax(ŷ_i)_j */
} lnt_loss_kind;

/** What the sum is divided by. */
typedef enum lnt_reduction {
    LNT_MEAN, /**< MSE: rows·cols; softmax cross-entropy: rows (PyTorch's meaning) */
    LNT_SUM   /**< 1 */
} lnt_reduction;

/**
 * A loss. The value reported and the gradient sent back are reduced separately, since tutorials
 * often print the mean of squares and send back 2·(ŷ − y), the gradient of the sum.
 */
typedef struct lnt_loss {
    lnt_loss_kind kind;
    lnt_reduction value;
    lnt_reduction gradient;
} lnt_loss;

/** Squared error, with the factor 2 in its gradient: 2·(ŷ − y) for the sum. */
LNT_API lnt_loss lnt_mse(lnt_reduction reduction);

/**
 * Softmax cross-entropy from logits, by log-sum-exp with the row's maximum taken out. Targets are
 * either class labels [rows, 1], as I32 or as whole numbers of the logits' dtype, or rows of
 * probabilities [rows, classes], which need not sum to one. At least two classes.
 */
LNT_API lnt_loss lnt_softmax_cross_entropy(lnt_reduction reduction);

/** "mse" or "softmax_cross_entropy"; NULL for a value outside the list. */
LNT_API const char *lnt_loss_name(lnt_loss_kind kind);
LNT_API lnt_status lnt_loss_find(const char *name, lnt_loss_kind *kind);

/** Whether outputs are logits of classes, so that argmax and accuracy have a meaning. */
LNT_API bool lnt_loss_is_classification(lnt_loss_kind kind);

/**
 * *value = the loss of `output` [rows, cols] against `target`, summed in double; and, unless NULL,
 * `gradient` [rows, cols] = dL/d(output), which may be `output` itself. No rows: value 0. A label
 * outside [0, classes) or not whole is `LNT_ERR_INVALID`; NaN in the data is not an error here, it
 * shows in the value. Thread-safe.
 */
LNT_API lnt_status lnt_loss_evaluate(const lnt_loss *loss, const lnt_tensor *output,
                                     const lnt_tensor *target, double *value, lnt_tensor *gradient);

/** Rows of probabilities: p_ij = exp(x_ij) / Σ_j exp(x_ij), stable. `p` may be `x`. */
LNT_API lnt_status lnt_softmax(const lnt_tensor *x, lnt_tensor *p);

LNT_END_DECLS

#endif
