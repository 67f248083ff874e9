/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OPTIONS_LINE_READER_H
#define LINNET_CLI_OPTIONS_LINE_READER_H

#include <linnet/linnet.h>
#include <stdbool.h>
#include <stdio.h>

/* Bytes that a line may have. */
#define LNT_CLI_LINE_MAX ((size_t) 1 << 20u)

/* The lines of a text file, one after the other. */
typedef struct lnt_cli_line_reader {
    const char *path; /* for sentences; borrowed */
    FILE *file;       /* borrowed */
    size_t number;    /* of the line at hand, from 1 */
    size_t size;      /* bytes of `text` */
    char *text;       /* the line without its line feed */
} lnt_cli_line_reader;

/* The reader must be zeroed but for `path` and `file`; the caller clears it. */
void lnt_cli_line_reader_clear(lnt_cli_line_reader *reader);

/*
 * Reads the next line; `*found` is false after the last. A line that is too long or has a NUL byte
 * is LNT_ERR_INVALID; a file that cannot be read is no end, but LNT_ERR_IO.
 */
lnt_status lnt_cli_line_reader_next(lnt_cli_line_reader *reader, bool *found, lnt_error *error);

#endif
