/* SPDX-License-Identifier: MIT */
#ifndef LNT_CLI_READING_H
#define LNT_CLI_READING_H

#include "options.h"

#include <linnet/linnet.h>
#include <stddef.h>
#include <stdint.h>

/* How a data file is read: settings that train, predict and evaluate share. */
typedef struct lnt_cli_reading {
    int format; /* lnt_data_format */
    char delimiter;
    int header;
    uint64_t threads;
    int missing;
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

/* Bytes of memory this machine has; SIZE_MAX if it does not tell. */
size_t lnt_cli_memory(void);

#endif
