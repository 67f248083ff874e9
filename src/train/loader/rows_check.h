/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_LOADER_ROWS_CHECK_H
#define LINNET_TRAIN_LOADER_ROWS_CHECK_H

#include <linnet/train.h>

/** Rows and their name in error messages. */
typedef struct lnt_named_rows {
    const char *name;
    const lnt_tensor *x;
    const lnt_tensor *y;
    const lnt_tensor *weights; /* or NULL */
    const char *weights_name;
    size_t first; /* number of the first row, if the rows are a block of a larger data set */
} lnt_named_rows;

/** Checks that shapes, dtypes, labels, probabilities and weights fit the net and the loss. */
lnt_status lnt_rows_check(const lnt_named_rows *part, const lnt_net *net, const lnt_loss *loss,
                          lnt_error *error);

/** Checks only the targets; there may be no rows. */
lnt_status lnt_rows_check_targets(const lnt_named_rows *part, const lnt_net *net,
                                  const lnt_loss *loss, lnt_error *error);

/**
 * Checks the weights: one number a row, each finite and ≥ 0; with `whole`, their sum is above 0.
 */
lnt_status lnt_rows_check_weights(const char *name, const lnt_tensor *weights, size_t rows,
                                  size_t first, bool whole, lnt_error *error);

/** Whether `y` is one column of class labels for a net of so many outputs. */
bool lnt_fit_has_labels(const lnt_loss *loss, size_t outputs, const lnt_tensor *y);

#endif
