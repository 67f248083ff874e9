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
 * Runs a model on raw data: scales the inputs, runs the net, applies the inverse link, and scales
 * the predictions back. All memory is allocated at creation. One thread at a time; any number of
 * predictors may share a model.
 */
typedef struct lnt_predictor lnt_predictor;

/**
 * Creates a predictor with the batch size, gemm setting, threads and allocator of `config`. Larger
 * inputs are split into batches. `model` is borrowed and must outlive the predictor.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_predictor_create_with(lnt_predictor **predictor,
                                                            const lnt_model *model,
                                                            const lnt_pass_config *config);

/** The same for batches of `max_rows`, in the caller's thread. */
LNT_API LNT_MUST_CHECK lnt_status lnt_predictor_create(lnt_predictor **predictor,
                                                       const lnt_model *model, size_t max_rows,
                                                       const lnt_allocator *allocator);
LNT_API void lnt_predictor_destroy(lnt_predictor *predictor);

/**
 * y [rows, outputs] = the predictions for x [rows, inputs], any number of rows, of the net's dtype:
 * the outputs after `lnt_loss_inverse_link` of the model's loss, such as probabilities, in the
 * original unit of the targets (for a Gaussian, means and standard deviations). No allocation.
 * `LNT_ERR_ALIAS` if y overlaps itself or x, unless it is exactly x.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_predict(lnt_predictor *predictor, const lnt_tensor *x,
                                              lnt_tensor *y);

/**
 * Computes the scores of the model on x [rows, inputs] and y, both in original units, weighted by
 * `weights` [rows, 1] or NULL. The loss is that of training, on scaled targets; errors are in the
 * original unit of the targets. `scorer` must be created for the model's loss and outputs; it is
 * reset first, and keeps the confusion matrix. No allocation.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_evaluate(lnt_predictor *predictor, const lnt_tensor *x,
                                               const lnt_tensor *y, const lnt_tensor *weights,
                                               lnt_scorer *scorer, lnt_scores *scores);

LNT_END_DECLS

#endif
