/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OUTPUT_ATOMIC_OUTPUT_H
#define LINNET_CLI_OUTPUT_ATOMIC_OUTPUT_H

#include <linnet/linnet.h>
#include <stdbool.h>
#include <stdio.h>

/* A file that is written whole or not at all, or standard output. */
typedef struct lnt_cli_out {
    FILE *stream;
    const char *path;        /* for sentences; borrowed */
    lnt_file_writer *writer; /* or NULL */
} lnt_cli_out;

/* Whether what is written there appears whole; to a device or a pipe it cannot be taken back. */
bool lnt_cli_out_is_whole(const char *path);

/*
 * Begins a file beside its place; `path` "-" is standard output, and what is there and no regular
 * file is written to directly.
 */
lnt_status lnt_cli_out_open(lnt_cli_out *out, const char *path, lnt_error *error);

/* With `status` LNT_OK puts the file into its place, else takes it away; returns the first failure.
 */
lnt_status lnt_cli_out_close(lnt_cli_out *out, lnt_status status, lnt_error *error);

#endif
