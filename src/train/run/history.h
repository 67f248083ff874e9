/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_RUN_HISTORY_H
#define LINNET_TRAIN_RUN_HISTORY_H

#include <linnet/train.h>

/** Where a parameter tensor stands in the flat vector, and its name. */
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
    double *gradient_norms;  /* [max_epochs + 1, n_tensors]: and of the epoch at hand */
};

/** Forgets all rows, and checks that there is room and that the net is of the same tensors. */
lnt_status lnt_history_begin(lnt_history *history, const lnt_net *net, size_t epochs,
                             lnt_error *error);

/** Notes the gradient norms of the epoch at hand, before the optimiser changes the gradients. */
lnt_status lnt_history_note_gradients(lnt_history *history, lnt_pass *pass);

/** Adds the epoch that has ended, with the norms of the net's parameters. */
lnt_status lnt_history_add(lnt_history *history, const lnt_net *net,
                           const lnt_fit_progress *progress);

/** Its rows as numbers, for checkpoints: the shape of `epochs` of them, without data. */
lnt_tensor lnt_history_numbers(size_t epochs);
/** Writes the rows that there are; takes `epochs` of them in place of those that there are. */
void lnt_history_get_numbers(const lnt_history *history, double *numbers);
void lnt_history_set_numbers(lnt_history *history, const double *numbers, size_t epochs);

/** A view of the norms of `epochs` rows. */
lnt_tensor lnt_history_norms(const lnt_history *history, double *norms, size_t epochs);

#endif
