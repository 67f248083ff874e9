/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_SOURCE_INPUT_H
#define LINNET_DATA_SOURCE_INPUT_H

#include "data/source/stream.h"
#include <stdbool.h>
#include <sys/types.h>

/** So many bytes at most may be looked at before a file is read. */
#define LNT_INPUT_PEEK 4096

/** A file that is open, or standard input. */
typedef struct lnt_input {
    const char *name; /* for messages */
    lnt_error *error;
    int file;
    bool owned;   /* not standard input */
    bool rewinds; /* a regular file: it can be read twice */
    off_t start;
    size_t size; /* from the start, if it rewinds */
    char begin[LNT_INPUT_PEEK];
    size_t peeked, given; /* bytes in `begin`, and how many of them have been read since */
} lnt_input;

/** Opens the file at `path`, or standard input for "-". `path` must outlive the input. */
lnt_status lnt_input_open(lnt_input *input, const char *path, lnt_error *error);
void lnt_input_close(lnt_input *input);

/** Puts `size` bytes at `to`; *count is less only at the end. */
lnt_status lnt_input_read(lnt_input *input, void *to, size_t size, size_t *count);

/** The first bytes, before any is read: LNT_INPUT_PEEK, or all if there are less. */
lnt_status lnt_input_peek(lnt_input *input, const char **bytes, size_t *count);

/** Back to the begin; for an input that rewinds. */
lnt_status lnt_input_rewind(lnt_input *input);

/** To so many bytes behind the begin; for an input that rewinds. */
lnt_status lnt_input_seek(lnt_input *input, uint64_t offset);

/** The input as a stream, which must not outlive it. */
lnt_stream lnt_input_stream(lnt_input *input);

#endif
