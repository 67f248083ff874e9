/* SPDX-License-Identifier: MIT */
#ifndef LINNET_LOSS_LOSS_H
#define LINNET_LOSS_LOSS_H

#include "base/settings/settings.h"

#include <linnet/loss.h>
#include <stdint.h>

/** One row of output, target and gradient; steps are in elements. Steps may be anything. */
typedef struct lnt_loss_row {
    size_t cols; /**< of output and gradient */
    const void *output;
    ptrdiff_t output_step;
    const void *target;
    ptrdiff_t target_step;
    lnt_dtype target_dtype;
    bool label;     /**< the target is one class label */
    void *gradient; /**< NULL: not wanted; may be the output */
    ptrdiff_t gradient_step;
    double factor;         /**< gradient = factor·d(loss)/d(output) */
    const void *direction; /**< of a curve only */
    ptrdiff_t direction_step;
} lnt_loss_row;

/** Bytes of a dtype that was checked, without a call in the loops over rows. */
static inline ptrdiff_t lnt_loss_size(lnt_dtype dtype)
{
    return dtype == LNT_F64 ? 8 : 4;
}

/** The number at `place`, of any dtype. */
static inline double lnt_loss_read(lnt_dtype dtype, const void *place)
{
    return dtype == LNT_F32   ? (double) *(const float *) place
           : dtype == LNT_F64 ? *(const double *) place
                              : (double) *(const int32_t *) place;
}

/** Returns the loss of the row and sets its gradient. */
typedef double lnt_loss_kernel(const lnt_loss *loss, const lnt_loss_row *row);

/** Sets gradient = factor·H·direction, H the second derivatives of the row's loss by its output. */
typedef void lnt_loss_curve_kernel(const lnt_loss *loss, const lnt_loss_row *row);

/** How outputs and targets belong together. */
typedef enum lnt_loss_form {
    LNT_LOSS_BY_ELEMENT, /**< one target an output */
    LNT_LOSS_BY_CLASS,   /**< outputs are the logits of classes; the mean is one of rows */
    LNT_LOSS_BY_HALVES,  /**< a target has two outputs: one in the first half, one in the second */
    LNT_LOSS_FREE        /**< the caller's function knows */
} lnt_loss_form;

/** All settings of losses. */
extern const lnt_settings lnt_loss_table;

/** The number that a kind alone has, such as Huber's delta; NULL if it has none. */
const lnt_setting *lnt_loss_parameter(lnt_loss_kind kind);

/** A row of the table of losses. */
typedef struct lnt_loss_ops {
    const char *name;
    lnt_loss_form form;
    bool classification;
    bool takes_integers; /**< targets by element may be I32 */
    /** Whether the loss is defined for a target; NULL: for any. */
    bool (*defined)(double target);
    lnt_loss_kernel *kernels[2];      /**< F32, F64 */
    lnt_loss_curve_kernel *curves[2]; /**< likewise; NULL: not known, or 0 if `is_straight` */
    bool is_straight;                 /**< H is 0 wherever there is one */
    /** From an output, of the second half if there are halves, to what it means; NULL: itself. */
    lnt_elementwise_function link;
} lnt_loss_ops;

extern const lnt_loss_ops lnt_loss_mse;
extern const lnt_loss_ops lnt_loss_softmax_cross_entropy;
extern const lnt_loss_ops lnt_loss_mae;
extern const lnt_loss_ops lnt_loss_huber;
extern const lnt_loss_ops lnt_loss_log_cosh;
extern const lnt_loss_ops lnt_loss_quantile;
extern const lnt_loss_ops lnt_loss_binary_cross_entropy;
extern const lnt_loss_ops lnt_loss_poisson;
extern const lnt_loss_ops lnt_loss_gaussian;
extern const lnt_loss_ops lnt_loss_custom;

/** The row of a kind; NULL for a value outside the list. */
const lnt_loss_ops *lnt_loss_ops_of(lnt_loss_kind kind);

/** How many class weights a classification may have for that many outputs; 0 for other losses. */
size_t lnt_loss_weights_expected(lnt_loss_kind kind, size_t outputs);

/**
 * For a batch that is evaluated in parts: all checks of `lnt_loss_evaluate` on the whole, but for
 * the gradient's memory, and what its mean divides by. Not for a custom loss (`LNT_ERR_INVALID`).
 */
lnt_status lnt_loss_begin(const lnt_loss *loss, const lnt_tensor *output, const lnt_tensor *target,
                          const lnt_tensor *weights, double *divisor);

/** The sum over the rows of a part, and its gradient; `weights` may be NULL. */
double lnt_loss_part(const lnt_loss *loss, const lnt_tensor *output, const lnt_tensor *target,
                     const lnt_tensor *weights, double divisor, const lnt_tensor *gradient);

/** The value of the loss, from the sum of the parts. */
double lnt_loss_end(const lnt_loss *loss, double sum, double divisor);

/**
 * hv [rows, cols] = H·v, H the second derivatives of what `lnt_loss_evaluate` gives the gradient
 * of: in blocks, one a row, at a kink that of one side. All of one shape, hv apart from the others;
 * errors of `lnt_loss_evaluate`, and `LNT_ERR_INVALID` for a custom loss.
 */
lnt_status lnt_loss_curve(const lnt_loss *loss, const lnt_tensor *output, const lnt_tensor *target,
                          const lnt_tensor *weights, const lnt_tensor *v, lnt_tensor *hv);

#endif
