/* SPDX-License-Identifier: MIT */
#ifndef LNT_CLI_TRAIN_H
#define LNT_CLI_TRAIN_H

#include "columns.h"
#include "reading.h"
#include "verb.h"

#include <linnet/linnet.h>
#include <stdbool.h>
#include <stdint.h>

/* What `linnet train` is told. */
typedef struct lnt_cli_train_settings {
    lnt_cli_texts targets;
    lnt_cli_texts features;
    lnt_cli_texts exclude;
    int task;
    char *output;
    lnt_cli_sizes hidden;
    int activation;
    int dtype;
    bool standardize;
    uint64_t epochs;
    uint64_t batch;
    double learning_rate; /* 0: by the task */
    double momentum;
    bool shuffle;
    double validation;
    uint64_t seed;
    lnt_cli_reading reading;
    bool json;
    bool quiet;
    int progress;
} lnt_cli_train_settings;

/* The options that set it. */
#define LNT_CLI_TRAIN_GROUPS 5
extern const lnt_cli_group lnt_cli_train_groups[LNT_CLI_TRAIN_GROUPS];

/* The dtype of choice i. */
lnt_dtype lnt_cli_train_dtype(int i);

/* The data of a run: the training rows come first, the held-out ones behind them. */
typedef struct lnt_cli_train_data {
    lnt_frame *frame;
    lnt_cli_columns columns;
    bool classify;
    size_t n_train;
    lnt_tensor x; /* [rows, inputs] */
    lnt_tensor y; /* [rows, targets], of a classification class numbers [rows, 1] */
} lnt_cli_train_data;

/*
 * Reads, chooses columns and splits; puts names, classes, scaling and loss into `model`, which the
 * caller finishes, and scales x and y. On failure too, the caller finishes `data`.
 */
lnt_status lnt_cli_train_data_prepare(lnt_cli_train_data *data, lnt_model *model, const char *path,
                                      const lnt_cli_train_settings *settings, lnt_error *error);

void lnt_cli_train_data_finish(lnt_cli_train_data *data);

/* The rows of `t` that are trained on, or those held out. */
lnt_tensor lnt_cli_train_rows(const lnt_cli_train_data *data, const lnt_tensor *t, bool held_out);

#endif
