/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_DATASET_TRAIN_DATA_H
#define LINNET_CLI_DATASET_TRAIN_DATA_H

#include "cli/dataset/columns.h"
#include "cli/dataset/streamed.h"
#include "cli/options/train_settings.h"

#include <linnet/linnet.h>
#include <stdbool.h>
#include <stddef.h>

/* Rows to train on, and behind them rows held out. */
typedef struct lnt_cli_rows {
    lnt_tensor x;        /* [rows, inputs] */
    lnt_tensor y;        /* [rows, targets], of classes their numbers [rows, 1] */
    lnt_tensor weights;  /* [rows, 1], or without rows */
    lnt_tensor sampling; /* likewise */
    size_t n_train;
    lnt_cli_streamed *streamed; /* where x is, whose data then are NULL; NULL: in memory */
} lnt_cli_rows;

/* The data of a run. */
typedef struct lnt_cli_train_data {
    lnt_frame *frame; /* of the inputs, and of the targets if they have no file of their own */
    lnt_frame *targets_separate; /* or NULL, like the next */
    lnt_frame *weights_separate;
    lnt_cli_streamed streamed; /* with a file, `frame` has names only, targets and weights are in
                                  files of their own */
    lnt_cli_columns columns;
    lnt_cli_columns columns_separate; /* of the file of targets: all */
    bool classify;                    /* the target is one column of classes */
    void *memory;                     /* of the weights */
    char **targets;                   /* names lent by the model, if none were given */
    lnt_cli_rows rows;
} lnt_cli_train_data;

/*
 * Reads the data and resolves what is learned, and by which loss; puts names and classes into
 * `model`. If it has a net, one that is to be trained further, the data must be as it knows them.
 * On failure too, the caller finishes `data`, and `model`.
 */
lnt_status lnt_cli_train_data_read(lnt_cli_train_data *data, lnt_model *model, const char *path,
                                   lnt_cli_train_settings *settings, lnt_error *error);

/* Puts the rows to train on first, and tells how many there are. */
lnt_status lnt_cli_train_data_split(lnt_cli_train_data *data, const char *path,
                                    const lnt_cli_train_settings *settings, lnt_error *error);

void lnt_cli_train_data_clear(lnt_cli_train_data *data);

/* The rows of `t` that are trained on, or those held out. */
lnt_tensor lnt_cli_rows_part(const lnt_cli_rows *rows, const lnt_tensor *t, bool held_out);

/*
 * Checks what options say of the files and the task before any is read; an exit status. `*path` is
 * the data file or NULL, and becomes the one that has the inputs.
 */
int lnt_cli_train_check(lnt_cli_train_settings *settings, const char **path);

#endif
