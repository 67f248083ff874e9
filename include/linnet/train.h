/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_H
#define LINNET_TRAIN_H

#include <linnet/export.h>
#include <linnet/io.h>
#include <linnet/loss.h>
#include <linnet/memory.h>
#include <linnet/net.h>
#include <linnet/optim.h>
#include <linnet/status.h>
#include <linnet/tensor.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

LNT_BEGIN_DECLS

/* --- metrics --- */

/**
 * *value = the share of rows whose largest output is the target class; `target` as for softmax
 * cross-entropy (labels [rows, 1], or rows of probabilities, whose largest counts). NaN for no
 * rows. A row with a NaN output is wrong.
 */
LNT_API lnt_status lnt_accuracy(const lnt_tensor *output, const lnt_tensor *target, double *value);

/* --- fit --- */

/** Where a training run stands; passed to the callback. Numbers not known (yet) are NaN. */
typedef struct lnt_fit_progress {
    size_t epoch;           /**< 1-based */
    size_t epochs;          /**< asked for */
    size_t batch;           /**< 1-based, within the epoch */
    size_t batches;         /**< in each epoch */
    size_t rows;            /**< rows seen in this epoch */
    bool epoch_end;         /**< the epoch is complete and validation done */
    double batch_loss;      /**< of the last batch, before its step */
    double train_loss;      /**< mean over the rows seen in this epoch (sum, for a sum loss) */
    double train_accuracy;  /**< likewise; NaN unless the loss is a classification */
    double validation_loss; /**< after the last complete epoch */
    double validation_accuracy;
    double learning_rate;
} lnt_fit_progress;

/** Called after each batch and at each epoch's end; false stops the run with `LNT_OK`. */
typedef bool (*lnt_fit_callback)(const lnt_fit_progress *progress, void *context);

typedef struct lnt_fit_config {
    size_t epochs;     /**< at least 1 */
    size_t batch_rows; /**< at least 1; the last batch of an epoch may be shorter */
    bool shuffle;      /**< a new order of the rows in each epoch, from `seed` */
    uint64_t seed;     /**< of the order */
    lnt_loss loss;
    lnt_optim_config optim;    /**< its allocator is not used */
    const lnt_tensor *x_val;   /**< [rows_val, inputs], or NULL: no validation */
    const lnt_tensor *y_val;   /**< its targets; both or neither */
    lnt_fit_callback callback; /**< may be NULL */
    void *callback_context;
    const lnt_allocator *allocator; /**< NULL: the default */
} lnt_fit_config;

/** 100 epochs, batches of 32, shuffled, seed 0, mean squared error, SGD's defaults. */
LNT_API lnt_fit_config lnt_fit_defaults(void);

/** What a run did. Numbers not known are NaN. */
typedef struct lnt_fit_result {
    size_t epochs;  /**< complete epochs */
    size_t steps;   /**< optimiser steps */
    bool stopped;   /**< by the callback */
    double seconds; /**< of the loop */
    double train_loss;
    double train_accuracy;
    double validation_loss;
    double validation_accuracy;
    size_t bad_epoch; /**< 1-based place of a loss that was not finite; 0 if there was none */
    size_t bad_batch;
} lnt_fit_result;

/**
 * Trains `net` on x [rows, inputs] and y [rows, targets], views of the caller's arrays with any
 * strides: for each batch forward, backward, step. All memory is taken before the first step; the
 * loop allocates nothing.
 *
 * If a loss is not finite the run ends with `LNT_ERR_NOT_FINITE`, `error` and `result` name the
 * epoch and the batch, and the net gets back parameters whose loss was finite: those at most
 * `LNT_FIT_KEEP` steps before. `result` may be NULL; once training has begun it is written
 * whatever the status.
 * One thread at a time per net; BLAS's own threads are the caller's choice.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_fit(lnt_net *net, const lnt_tensor *x, const lnt_tensor *y,
                                          const lnt_fit_config *config, lnt_fit_result *result,
                                          lnt_error *error);

/** Steps between two copies of the parameters that `lnt_fit` could go back to. */
#define LNT_FIT_KEEP 64

/* --- using a model --- */

/**
 * Runs a model on raw data: scales the inputs, runs the net, scales back or takes the softmax. All
 * memory is taken at creation. One thread at a time; any number of predictors may share a model.
 */
typedef struct lnt_predictor lnt_predictor;

/** For batches of `max_rows` (larger ones are cut). It borrows `model`, which must outlive it. */
LNT_API LNT_MUST_CHECK lnt_status lnt_predictor_create(lnt_predictor **predictor,
                                                       const lnt_model *model, size_t max_rows,
                                                       const lnt_allocator *allocator);
LNT_API void lnt_predictor_destroy(lnt_predictor *predictor);

/**
 * y [rows, outputs] = the prediction for x [rows, inputs], any number of rows, of the net's dtype:
 * in the targets' own unit, or probabilities for a softmax cross-entropy model. No allocation.
 * y must not overlap x, unless it is exactly x.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_predict(lnt_predictor *predictor, const lnt_tensor *x,
                                              lnt_tensor *y);

/**
 * Loss and accuracy (NaN unless a classification) of the model on x, y; y is in raw units and
 * scaled here, so the loss is the one trained on. Either pointer may be NULL. No allocation.
 */
LNT_API lnt_status lnt_evaluate(lnt_predictor *predictor, const lnt_tensor *x, const lnt_tensor *y,
                                double *loss, double *accuracy);

LNT_END_DECLS

#endif
