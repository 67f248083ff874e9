/* SPDX-License-Identifier: MIT */
#ifndef LINNET_PREDICT_H
#define LINNET_PREDICT_H

#include <linnet/export.h>
#include <linnet/io.h>
#include <linnet/loss.h>
#include <linnet/metrics.h>
#include <linnet/net.h>

LNT_BEGIN_DECLS

/**
 * Runs a model on raw data: scales the inputs, runs the net, scales back or takes the softmax. All
 * memory is taken at creation. One thread at a time; any number of predictors may share a model.
 */
typedef struct lnt_predictor lnt_predictor;

/**
 * For batches as a pass of this configuration takes them (larger ones are cut), with its products,
 * threads and allocator. It borrows `model`, which must outlive it.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_predictor_create_with(lnt_predictor **predictor,
                                                            const lnt_model *model,
                                                            const lnt_pass_config *config);

/** The same for batches of `max_rows`, by the caller's thread. */
LNT_API LNT_MUST_CHECK lnt_status lnt_predictor_create(lnt_predictor **predictor,
                                                       const lnt_model *model, size_t max_rows,
                                                       const lnt_allocator *allocator);
LNT_API void lnt_predictor_destroy(lnt_predictor *predictor);

/**
 * y [rows, outputs] = the prediction for x [rows, inputs], any number of rows, of the net's dtype:
 * what `lnt_loss_inverse_link` says of the model's loss, such as probabilities, in the targets' own
 * unit (means and standard deviations, for a Gaussian). No allocation. `LNT_ERR_ALIAS` if y
 * overlaps itself or x, unless it is exactly x.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_predict(lnt_predictor *predictor, const lnt_tensor *x,
                                              lnt_tensor *y);

/**
 * The scores of the model on x [rows, inputs] and y, in raw units, weighted by `weights` [rows, 1]
 * or NULL: the loss is the one trained on, of scaled targets; errors are in the targets' own unit.
 * `scorer` is for the model's loss and outputs; it is reset first and keeps the confusion matrix.
 * No allocation.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_evaluate(lnt_predictor *predictor, const lnt_tensor *x,
                                               const lnt_tensor *y, const lnt_tensor *weights,
                                               lnt_scorer *scorer, lnt_scores *scores);

LNT_END_DECLS

#endif
