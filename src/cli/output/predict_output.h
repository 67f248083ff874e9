/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OUTPUT_PREDICT_OUTPUT_H
#define LINNET_CLI_OUTPUT_PREDICT_OUTPUT_H

#include <linnet/linnet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* How predictions are written. */
typedef enum lnt_cli_output_format {
    LNT_CLI_BY_NAME,
    LNT_CLI_CSV,  /* with a header */
    LNT_CLI_NPY,  /* numbers of classes as int64, or outputs or probabilities in the net's dtype */
    LNT_CLI_JSONL /* an object a line */
} lnt_cli_output_format;

/* "auto", "csv", "npy", "jsonl"; NULL after the last. */
const char *lnt_cli_output_format_name(int i);

/* What a file's name asks for: .npy, .jsonl, else CSV; of NULL, too. */
lnt_cli_output_format lnt_cli_output_format_of(const char *path);

/* Where predictions go, and how. */
typedef struct lnt_cli_output {
    FILE *stream;
    lnt_cli_output_format format;
    const lnt_model *model;
    bool classifier;
    bool probabilities;
    size_t columns; /* classes, or outputs; and behind them standard deviations */
    size_t means;   /* columns that are no standard deviations */
} lnt_cli_output;

/* What stands before `rows` rows of a net of `dtype`. */
lnt_status lnt_cli_output_begin(const lnt_cli_output *out, size_t rows, lnt_dtype dtype);

/* At most LNT_CLI_CHUNK rows, dense. Failures of the stream are left to who closes it. */
lnt_status lnt_cli_output_rows(const lnt_cli_output *out, const lnt_tensor *output);

#endif
