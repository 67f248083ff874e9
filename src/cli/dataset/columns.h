/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_DATASET_COLUMNS_H
#define LINNET_CLI_DATASET_COLUMNS_H

#include "cli/options/options.h"

#include <linnet/linnet.h>
#include <stddef.h>

/* Which columns of a frame are inputs, and which targets. */
typedef struct lnt_cli_columns {
    size_t *index; /* the inputs' places in the frame, then the targets' */
    size_t n_inputs;
    size_t n_targets;
} lnt_cli_columns;

void lnt_cli_columns_clear(lnt_cli_columns *columns);

/*
 * Chooses by what a user asked for: each target by name or number, and as inputs `features`, or all
 * columns if there are none but `others`, without `exclude` and the targets. On failure there is
 * nothing to clear.
 */
lnt_status lnt_cli_columns_choose(lnt_cli_columns *columns, const lnt_frame *frame,
                                  const lnt_cli_texts *targets, const lnt_cli_texts *features,
                                  const lnt_cli_texts *exclude, const size_t *others,
                                  size_t n_others, lnt_error *error);

/* All columns as targets, for a frame that has nothing else. */
lnt_status lnt_cli_columns_all_targets(lnt_cli_columns *columns, const lnt_frame *frame);

/*
 * Finds a model's inputs: by name if it has names and the frame too, else by position. `path` is
 * for messages. On failure there is nothing to clear.
 */
lnt_status lnt_cli_columns_match(lnt_cli_columns *columns, const lnt_frame *frame,
                                 const lnt_model *model, const char *path, const size_t *targets,
                                 size_t n_targets, lnt_error *error);

/*
 * x [rows, inputs] and y [rows, targets] as views into the frame. Where inputs or targets do not
 * stand side by side, the columns of the frame's matrix change places (its names and labels do
 * not). `y` may be NULL.
 */
lnt_status lnt_cli_columns_view(const lnt_cli_columns *columns, lnt_frame *frame, lnt_tensor *x,
                                lnt_tensor *y);

#endif
