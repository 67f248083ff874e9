/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_DATASET_READING_H
#define LINNET_CLI_DATASET_READING_H

#include "cli/options/reading_options.h"

#include <linnet/linnet.h>
#include <stddef.h>
#include <stdint.h>

/* Columns of a file, by name or number. */
typedef struct lnt_cli_names {
    const char **items;
    size_t count;
} lnt_cli_names;

/* What the library is told of a file, which is then read in either way; the names are lent. */
lnt_read_options lnt_cli_reading_options_of(const lnt_cli_reading *reading, lnt_dtype dtype,
                                            lnt_cli_names labels, lnt_cli_names only);

/* Says on standard error how many rows were left out of a file. */
void lnt_cli_log_dropped(const char *path, size_t dropped);

/*
 * Reads `path`, in any format, as a frame of `dtype`. In the columns `labels` text is a class
 * label; `only` are those that are looked at, all if it is empty. Says on standard error how many
 * rows were dropped. On failure `*frame` is NULL.
 */
lnt_status lnt_cli_read(lnt_frame **frame, const char *path, lnt_dtype dtype,
                        const lnt_cli_reading *reading, lnt_cli_names labels, lnt_cli_names only,
                        lnt_error *error);

/* Takes note of the threads that were asked for, and leaves BLAS one. */
lnt_status lnt_cli_use_threads(const lnt_cli_reading *reading, lnt_error *error);

/* How a pass is made: with those threads. */
lnt_pass_config lnt_cli_pass(size_t max_rows);

/* Memory for the data in bytes: --memory, or the free memory less a reserve. */
size_t lnt_cli_reading_limit(const lnt_cli_reading *reading);

#endif
