/* SPDX-License-Identifier: MIT */
#ifndef LNT_CLI_WHOLE_FILE_H
#define LNT_CLI_WHOLE_FILE_H

#include <linnet/linnet.h>
#include <stddef.h>
#include <stdio.h>

/* A file that is written whole or not at all, or standard output. */
typedef struct lnt_cli_out {
    FILE *stream;
    const char *path;
    char *target; /* behind a link */
    char *temporary;
} lnt_cli_out;

/*
 * Begins a file beside its place; `path` NULL is standard output, and what is there and no regular
 * file is written to directly.
 */
lnt_status lnt_cli_out_open(lnt_cli_out *out, const char *path, lnt_error *error);

/* With `status` LNT_OK puts the file into its place, else takes it away; returns the first failure.
 */
lnt_status lnt_cli_out_close(lnt_cli_out *out, lnt_status status, lnt_error *error);

/*
 * Writes a file whole or not at all: beside its place, synced, then renamed. A link is followed,
 * and a file that is replaced hands on its permissions.
 */
lnt_status lnt_cli_write_whole(const char *path, const void *data, size_t bytes, lnt_error *error);

#endif
