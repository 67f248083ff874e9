/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_DATASET_MODEL_DATA_H
#define LINNET_CLI_DATASET_MODEL_DATA_H

#include "cli/dataset/columns.h"
#include "cli/dataset/reading.h"
#include "cli/dataset/separate_files.h"

#include <linnet/linnet.h>

/* A data file as a model takes it. */
typedef struct lnt_cli_model_data {
    lnt_frame *frame;
    lnt_frame *targets_separate; /* or NULL */
    lnt_cli_columns columns;
    void *memory; /* of x, if that is no view; or NULL */
    lnt_tensor x; /* [rows, inputs], raw */
    lnt_tensor y; /* [rows, targets], raw, or class numbers [rows, 1]; empty if not asked for */
} lnt_cli_model_data;

/* Reads the inputs of `model` from `path`. On failure too, the caller finishes `data`. */
lnt_status lnt_cli_model_data_inputs(lnt_cli_model_data *data, const lnt_model *model,
                                     const char *path, const lnt_cli_reading *reading,
                                     lnt_error *error);

/* The same with targets: those given, or else those that the model names. */
lnt_status lnt_cli_model_data_both(lnt_cli_model_data *data, const lnt_model *model,
                                   const char *path, const lnt_cli_reading *reading,
                                   const lnt_cli_texts *targets, lnt_error *error);

/* The same from two files. */
lnt_status lnt_cli_model_data_separate_files(lnt_cli_model_data *data, const lnt_model *model,
                                             const lnt_cli_separate_files *separate_files,
                                             const lnt_cli_reading *reading, lnt_error *error);

void lnt_cli_model_data_clear(lnt_cli_model_data *data);

#endif
