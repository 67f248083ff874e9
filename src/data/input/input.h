/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_INPUT_INPUT_H
#define LINNET_DATA_INPUT_INPUT_H

#include "data/input/stream.h"
#include <stdbool.h>
#include <sys/types.h>

/** The number of bytes that `lnt_input_peek` can return. */
#define LNT_INPUT_PEEK 4096

/** An open file, or standard input. */
typedef struct lnt_input {
    const char *name; /* for messages */
    lnt_error *error;
    int file;
    bool owned;    /* to be closed: not standard input */
    bool seekable; /* a regular file, which can be read again */
    off_t start;
    size_t size; /* bytes from the start, if it is seekable */
    char begin[LNT_INPUT_PEEK];
    size_t peeked, consumed; /* bytes in `begin`, and how many of them are consumed */
} lnt_input;

/** Opens the file at `path`, or standard input for "-". `path` must outlive the input. */
lnt_status lnt_input_open(lnt_input *input, const char *path, lnt_error *error);
void lnt_input_close(lnt_input *input);

/** Reads `size` bytes to `to`; *count is smaller only at the end of the file. */
lnt_status lnt_input_read(lnt_input *input, void *to, size_t size, size_t *count);

/** The first bytes, before any is read: LNT_INPUT_PEEK bytes, or all of a smaller file. */
lnt_status lnt_input_peek(lnt_input *input, const char **bytes, size_t *count);

/** Moves back to the start; for a seekable input. */
lnt_status lnt_input_rewind(lnt_input *input);

/** Moves to an offset from the start; for a seekable input. */
lnt_status lnt_input_seek(lnt_input *input, uint64_t offset);

/** The input as a stream, which must not outlive it. */
lnt_stream lnt_input_stream(lnt_input *input);

#endif
