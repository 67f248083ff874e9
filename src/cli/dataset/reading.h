/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_DATASET_READING_H
#define LINNET_CLI_DATASET_READING_H

#include "cli/options/options.h"

#include <linnet/linnet.h>
#include <stddef.h>
#include <stdint.h>

/* How a data file is read: settings that train, predict and evaluate share; `memory` is train's. */
typedef struct lnt_cli_reading {
    int format; /* lnt_data_format */
    char delimiter;
    int header;
    uint64_t threads;
    int missing;
    size_t memory; /* bytes that the data may take; 0: as much as is free */
} lnt_cli_reading;

/* Their options; `missing` is the last, so that a verb for which it has no meaning leaves it out.
 */
#define LNT_CLI_READING_COUNT 5
extern const lnt_cli_option lnt_cli_reading_options[LNT_CLI_READING_COUNT];

/* Columns of a file, by name or number. */
typedef struct lnt_cli_names {
    const char **items;
    size_t count;
} lnt_cli_names;

/* What the library is told of a CSV file, which is then read in either way; the names are lent. */
lnt_csv_options lnt_cli_reading_csv(const lnt_cli_reading *reading, lnt_dtype dtype,
                                    lnt_cli_names labels, lnt_cli_names only);

/* Says on standard error how many rows were left out of a file. */
void lnt_cli_tell_dropped(const char *path, size_t dropped);

/* What the library is told of a file, which is then read in either way; the names are lent. */
lnt_csv_options lnt_cli_reading_options_of(const lnt_cli_reading *reading, lnt_dtype dtype,
                                           lnt_cli_names labels, lnt_cli_names only);

/* Says on standard error how many rows were left out of a file. */
void lnt_cli_tell_dropped(const char *path, size_t dropped);

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
