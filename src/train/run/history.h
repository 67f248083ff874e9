/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_RUN_HISTORY_H
#define LINNET_TRAIN_RUN_HISTORY_H

#include <linnet/train.h>

/** The position of a parameter tensor in the flat vector, and its name. */
typedef struct lnt_history_tensor {
    char name[sizeof((lnt_parameter *) NULL)->name];
    size_t offset;
    size_t count;
} lnt_history_tensor;

struct lnt_history {
    lnt_allocator allocator;
    bool custom_allocator;
    size_t n_parameters;
    size_t n_tensors;
    lnt_history_tensor *tensors;
    size_t max_epochs;
    size_t epochs;
    lnt_history_row *rows;   /* [max_epochs] */
    double *parameter_norms; /* [max_epochs, n_tensors] */
    double *gradient_norms;  /* [max_epochs + 1, n_tensors]: the last row is the current epoch */
};

/**
 * Removes all rows. Checks that there is space for `epochs` rows and that the net has the same
 * tensors.
 */
lnt_status lnt_history_begin(lnt_history *history, const lnt_net *net, size_t epochs,
                             lnt_error *error);

/** Records the gradient norms of the current epoch, before the optimizer changes the gradients. */
lnt_status lnt_history_record_gradients(lnt_history *history, lnt_pass *pass);

/** Adds a row for the epoch that ended, with the norms of the net's parameters. */
lnt_status lnt_history_add(lnt_history *history, const lnt_net *net,
                           const lnt_fit_progress *progress);

/** The rows as numbers, for checkpoints: the shape of `epochs` rows, without data. */
lnt_tensor lnt_history_numbers(size_t epochs);
/** Writes all rows to `numbers`; replaces all rows by `epochs` rows of `numbers`. */
void lnt_history_get_numbers(const lnt_history *history, double *numbers);
void lnt_history_set_numbers(lnt_history *history, const double *numbers, size_t epochs);

/** A view of the norms of `epochs` rows. */
lnt_tensor lnt_history_norms(const lnt_history *history, double *norms, size_t epochs);

#endif
