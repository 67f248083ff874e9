/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_LOADER_ROWS_CHECK_H
#define LINNET_TRAIN_LOADER_ROWS_CHECK_H

#include <linnet/train.h>

/** Rows under their name in sentences. */
typedef struct lnt_rows_part {
    const char *name;
    const lnt_tensor *x;
    const lnt_tensor *y;
    const lnt_tensor *weights; /* or NULL */
    const char *weights_name;
    size_t first; /* number of the first row, for a block of more */
} lnt_rows_part;

/** That shapes, dtypes, labels, shares and weights are what net and loss take. */
lnt_status lnt_rows_check(const lnt_rows_part *part, const lnt_net *net, const lnt_loss *loss,
                          lnt_error *error);

/** Only the targets; there may be none of them. */
lnt_status lnt_rows_check_targets(const lnt_rows_part *part, const lnt_net *net,
                                  const lnt_loss *loss, lnt_error *error);

/** One number a row, each finite and ≥ 0; and, if `whole`, not all 0. */
lnt_status lnt_rows_check_weights(const char *name, const lnt_tensor *weights, size_t rows,
                                  size_t first, bool whole, lnt_error *error);

/** Whether `y` is one column of class labels for a net of so many outputs. */
bool lnt_fit_has_labels(const lnt_loss *loss, size_t outputs, const lnt_tensor *y);

#endif
