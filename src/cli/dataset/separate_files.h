/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_DATASET_SEPARATE_FILES_H
#define LINNET_CLI_DATASET_SEPARATE_FILES_H

#include "cli/dataset/reading.h"
#include "cli/options/separate_file_options.h"

#include <stdbool.h>

/*
 * Checks that files and columns are given in one way, before any is read; an exit status. `*path`
 * is the data file or NULL, and becomes the file of the inputs.
 */
int lnt_cli_separate_files_check(const lnt_cli_separate_files *separate_files, bool target_given,
                                 const lnt_cli_reading *reading, const char **path);

/*
 * Reads all targets of their own file, one for each of `rows` rows of `inputs`. With `text`, a
 * target may be text, the label of a class. On failure `*frame` may be set, too.
 */
lnt_status lnt_cli_separate_files_targets(lnt_frame **frame,
                                          const lnt_cli_separate_files *separate_files,
                                          lnt_dtype dtype, const lnt_cli_reading *reading,
                                          bool text, size_t rows, lnt_error *error);

/* The same of weights: one column. `inputs` is the file that they are for. */
lnt_status lnt_cli_separate_files_weights(lnt_frame **frame, const char *path, lnt_dtype dtype,
                                          const lnt_cli_reading *reading, size_t rows,
                                          const char *inputs, lnt_error *error);

#endif
