/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_DATASET_STREAMED_H
#define LINNET_CLI_DATASET_STREAMED_H

#include "cli/dataset/columns.h"

#include <linnet/linnet.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Inputs that stay in their file while a net learns from them, since they take more than --memory.
 * In memory are the targets and weights of all rows, the inputs held out, and, in `order`, 8 bytes
 * a row.
 */
typedef struct lnt_cli_streamed {
    lnt_row_reader *file; /* NULL: the data are in memory */
    const char *path;
    size_t memory;               /* bytes that all this may take */
    size_t taught;               /* bytes of targets and weights */
    const lnt_cli_columns *used; /* columns of the file, borrowed */
    size_t *order;               /* rows to train on, then those held out, each part ascending */
    size_t n_train;
    char *chunk; /* [chunk_rows, cols] as in the file */
    size_t chunk_rows;
    void *held_out;           /* their inputs */
    const lnt_scaler *scaler; /* of the inputs, borrowed; or NULL */
    lnt_tensor y, weights;    /* of the rows to train on, scaled */
} lnt_cli_streamed;

/* With a file that is open. */
lnt_status lnt_cli_streamed_begin(lnt_cli_streamed *streamed, const lnt_cli_columns *used);
void lnt_cli_streamed_clear(lnt_cli_streamed *streamed);

/* Some columns of all rows, which the caller owns: targets or weights. */
lnt_status lnt_cli_streamed_columns(lnt_cli_streamed *streamed, const size_t *columns, size_t count,
                                    lnt_frame **frame, lnt_error *error);

/* Bytes of a matrix that is dense. */
size_t lnt_cli_streamed_size(const lnt_tensor *matrix);

/* Takes over a permutation of the rows, and puts both of its parts in order. */
lnt_status lnt_cli_streamed_split(lnt_cli_streamed *streamed, size_t *order, size_t n_train,
                                  lnt_error *error);

/* A scaler of the inputs of the rows to train on. */
lnt_status lnt_cli_streamed_scaler(lnt_cli_streamed *streamed, lnt_scaling scaling,
                                   lnt_scaler **scaler, lnt_error *error);

/* x [held out, inputs], scaled, in memory of its own. */
lnt_status lnt_cli_streamed_held_out(lnt_cli_streamed *streamed, lnt_tensor *x, lnt_error *error);

/*
 * What `lnt_fit_source` learns from, in blocks that two of fit into the memory that is left by
 * `other` bytes. It borrows `streamed`.
 */
lnt_status lnt_cli_streamed_source(lnt_cli_streamed *streamed, size_t batch_rows, bool shuffle,
                                   size_t other, lnt_data_source *source, lnt_error *error);

#endif
