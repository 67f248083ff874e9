/* SPDX-License-Identifier: MIT */
#ifndef LINNET_LOSS_H
#define LINNET_LOSS_H

#include <linnet/export.h>
#include <linnet/status.h>
#include <linnet/tensor.h>
#include <stdbool.h>
#include <stddef.h>

LNT_BEGIN_DECLS

/**
 * Losses of an output ŷ [rows, cols] against a target y, as the sum over rows i and columns j; e is
 * ŷ_ij − y_ij. Targets have the shape and dtype of the output unless it is said otherwise.
 */
typedef enum lnt_loss_kind {
    LNT_LOSS_MSE,                   /**< Σ e² */
    LNT_LOSS_SOFTMAX_CROSS_ENTROPY, /**< −Σ y_ij log softmax(ŷ_i)_j */
    LNT_LOSS_MAE,                   /**< Σ |e|; gradient 0 at e = 0 */
    LNT_LOSS_HUBER,    /**< Σ e²/2 if |e| ≤ delta, else delta·(|e| − delta/2); Huber 1964 */
    LNT_LOSS_LOG_COSH, /**< Σ log cosh e */
    LNT_LOSS_QUANTILE, /**< pinball: Σ max(q·(y − ŷ), (q − 1)·(y − ŷ)), q = `quantile`; gradient 0
                            at e = 0; Koenker and Bassett 1978 */
    LNT_LOSS_BINARY_CROSS_ENTROPY, /**< −Σ y log σ(ŷ) + (1 − y) log(1 − σ(ŷ)), from logits */
    LNT_LOSS_POISSON, /**< Σ e^ŷ − y·ŷ: ŷ is the logarithm of the rate; +∞ where e^ŷ overflows */
    LNT_LOSS_GAUSSIAN, /**< Σ ((y_ij − ŷ_ij)²/v_ij + log v_ij)/2 for y [rows, k], ŷ [rows, 2k]: k
                            means, and behind them k numbers s with v = log(1 + e^s) + epsilon */
    LNT_LOSS_CUSTOM    /**< the caller's function */
} lnt_loss_kind;

/**
 * What the sum is divided by. With row weights w the sum is Σ_i w_i·…, and w_i takes the place of 1
 * for row i in the divisor: Σ w·l / Σ w, as NumPy's average and scikit-learn's metrics have it, so
 * that a row of weight 2 is a row given twice. (w·l).mean() in PyTorch divides by rows instead. A
 * row of weight 0 counts for nothing, whatever it holds. Class weights take part in the divisor
 * where PyTorch's do: softmax cross-entropy with labels divides by Σ_i w_i·class_weight of i's
 * label; with rows of probabilities, and in binary cross-entropy, they do not. Where the divisor is
 * 0, so are value and gradient.
 */
typedef enum lnt_reduction {
    LNT_MEAN, /**< softmax cross-entropy: rows; all others: rows · columns of the target */
    LNT_SUM   /**< 1 */
} lnt_reduction;

/**
 * A loss function of the caller's: sets *value and, unless NULL, gradient [rows, cols], which may
 * be `output` itself, as they are to be used: nothing is divided or weighted afterwards. `weights`
 * is NULL or [rows, 1]. Shapes are not checked before; another status than `LNT_OK` is passed on.
 *
 * The caller's thread calls it. It may leave `lnt_loss_evaluate` and the functions of a pass by
 * longjmp or an exception: nothing leaks, and every object stays usable; the pass has no gradients
 * until its next forward and backward. If it leaves an optimiser's step or a trainer's, nothing
 * leaks either, but the parameters of the net may be those of a trial, the net can be used, and
 * optimiser, pass and trainer can only be destroyed. If it leaves `lnt_fit` and the functions that
 * train like it, see `lnt_fit_callback`.
 */
typedef lnt_status (*lnt_loss_function)(const lnt_tensor *output, const lnt_tensor *target,
                                        const lnt_tensor *weights, double *value,
                                        lnt_tensor *gradient, void *context);

/**
 * A loss. The value reported and the gradient sent back are reduced separately, since tutorials
 * often print the mean of squares and send back 2·(ŷ − y), the gradient of the sum.
 * Made by a constructor; the fields that its kind names may be changed.
 */
typedef struct lnt_loss {
    lnt_loss_kind kind;
    lnt_reduction value_reduction;
    lnt_reduction gradient_reduction;
    double delta;           /**< Huber: > 0 */
    double quantile;        /**< quantile: in (0, 1) */
    double label_smoothing; /**< softmax and binary cross-entropy: s in [0, 1): targets become
                                 (1 − s)·y + s/classes (2 for binary) */
    double epsilon;         /**< Gaussian: ≥ 0 */
    /**
     * Classifications: NULL, or a weight ≥ 0 for each class, borrowed. Softmax cross-entropy: one
     * for each output; y_ij counts weight_j times. Binary: two, for y = 0 and y = 1 of each column.
     */
    const double *class_weights;
    size_t n_class_weights;
    lnt_loss_function function; /**< custom */
    void *context;
} lnt_loss;

/** Squared error, with the factor 2 in its gradient: 2·(ŷ − y) for the sum. */
LNT_API lnt_loss lnt_mse(lnt_reduction reduction);
LNT_API lnt_loss lnt_mae(lnt_reduction reduction);
LNT_API lnt_loss lnt_huber(double delta, lnt_reduction reduction);
LNT_API lnt_loss lnt_log_cosh(lnt_reduction reduction);
LNT_API lnt_loss lnt_quantile(double quantile, lnt_reduction reduction);

/**
 * Softmax cross-entropy from logits, by log-sum-exp with the row's maximum taken out. Targets are
 * either class labels [rows, 1], as I32 or as whole numbers of the logits' dtype, or rows of
 * probabilities [rows, classes], which need not sum to one. At least two classes.
 */
LNT_API lnt_loss lnt_softmax_cross_entropy(lnt_reduction reduction);

/**
 * Binary cross-entropy from logits: each column is a question of its own, with targets in [0, 1]
 * [rows, cols] of the logits' dtype, or I32 of 0 and 1. Stable for any logit.
 */
LNT_API lnt_loss lnt_binary_cross_entropy(lnt_reduction reduction);
LNT_API lnt_loss lnt_poisson(lnt_reduction reduction);
/** Epsilon 1e-6. An even number of outputs. */
LNT_API lnt_loss lnt_gaussian(lnt_reduction reduction);
/** `reduction` tells how values of batches make up that of an epoch: by rows, or as a sum. */
LNT_API lnt_loss lnt_custom_loss(lnt_loss_function function, void *context,
                                 lnt_reduction reduction);
/** The constructor of a kind, with its defaults: delta 1, quantile 0.5. */
LNT_API lnt_loss lnt_loss_defaults(lnt_loss_kind kind, lnt_reduction reduction);

/**
 * "mse", "softmax_cross_entropy", "mae", "huber", "log_cosh", "quantile", "binary_cross_entropy",
 * "poisson", "gaussian", "custom"; NULL for a value outside the list.
 */
LNT_API const char *lnt_loss_name(lnt_loss_kind kind);
LNT_API LNT_MUST_CHECK lnt_status lnt_loss_find(const char *name, lnt_loss_kind *kind);

/** Whether outputs are logits of classes: the two cross-entropies. */
LNT_API bool lnt_loss_is_classification(lnt_loss_kind kind);

/**
 * Columns of a target of numbers for a net of that many outputs, for a custom loss as many as
 * outputs; 0 if they do not fit the loss.
 */
LNT_API size_t lnt_loss_target_cols(lnt_loss_kind kind, size_t outputs);

/**
 * Number of classes that one column of labels may name: `outputs` for softmax cross-entropy, 2 for
 * binary cross-entropy with one output, 0 for anything else.
 */
LNT_API size_t lnt_loss_classes(lnt_loss_kind kind, size_t outputs);

/**
 * Checks kind, reductions, numbers and class weights of a loss for a net of that many outputs.
 * `LNT_ERR_INVALID`, or `LNT_ERR_SHAPE` for a wrong number of class weights; `error` names the
 * field, its value and its range. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_loss_check(const lnt_loss *loss, size_t outputs,
                                                 lnt_error *error);

/**
 * *value = the loss of `output` [rows, cols] against `target`, summed in double; and, unless NULL,
 * `gradient` [rows, cols] = dL/d(output), which may be exactly `output`, and else must not overlap
 * an input (`LNT_ERR_ALIAS`). `weights` [rows, 1] of the
 * output's dtype, each ≥ 0 and finite, weigh the rows; NULL: all 1. No rows: value 0.
 *
 * `LNT_ERR_INVALID` for a label outside [0, classes) or not whole, a binary target outside [0, 1],
 * a Poisson target below 0, a weight that is negative, infinite or NaN, or a number of the loss
 * outside its range; `LNT_ERR_SHAPE` also for a wrong number of class weights; `LNT_ERR_NULL` also
 * for a custom loss without a function. NaN among outputs and other targets is not an error here,
 * it shows in the value. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_loss_evaluate(const lnt_loss *loss, const lnt_tensor *output,
                                                    const lnt_tensor *target,
                                                    const lnt_tensor *weights, double *value,
                                                    lnt_tensor *gradient);

/**
 * *divisor = what a mean of this loss divides by, by which means of batches make up that of all:
 * Σ divisor·value / Σ divisor. For a custom loss the number of rows, or Σ w. Errors as for
 * `lnt_loss_evaluate`. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_loss_divisor(const lnt_loss *loss, const lnt_tensor *output,
                                                   const lnt_tensor *target,
                                                   const lnt_tensor *weights, double *divisor);

/** Rows of probabilities: p_ij = exp(x_ij) / Σ_j exp(x_ij), stable. `p` may be exactly `x`. */
LNT_API LNT_MUST_CHECK lnt_status lnt_softmax(const lnt_tensor *x, lnt_tensor *p);

/** Their logarithms: l_ij = x_ij − log Σ_j exp(x_ij), stable. `l` may be exactly `x`. */
LNT_API LNT_MUST_CHECK lnt_status lnt_log_softmax(const lnt_tensor *x, lnt_tensor *l);

/**
 * What the outputs of a net trained for `loss` mean: softmax cross-entropy gives probabilities,
 * binary cross-entropy sigmoids, Poisson rates e^x, Gaussian means and, behind them, standard
 * deviations √v; others x itself. `y` may be exactly `x`.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_loss_inverse_link(const lnt_loss *loss, const lnt_tensor *x,
                                                        lnt_tensor *y);

LNT_END_DECLS

#endif
