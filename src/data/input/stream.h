/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_INPUT_STREAM_H
#define LINNET_DATA_INPUT_STREAM_H

#include <linnet/status.h>
#include <stddef.h>
#include <stdint.h>

/** The size of a stream of unknown length. */
#define LNT_STREAM_SIZE_UNKNOWN SIZE_MAX

/**
 * A sequential stream of bytes, such as a file or its decompressed contents. It can be copied and
 * owns nothing.
 */
typedef struct lnt_stream {
    const char *name; /* for messages */
    lnt_error *error;
    size_t size; /* bytes of the whole stream, if the size of a file proves it, or
                    LNT_STREAM_SIZE_UNKNOWN */
    /* Reads `size` bytes to `to`; *count is smaller only at the end of the stream. */
    lnt_status (*read)(void *context, void *to, size_t size, size_t *count);
    void *context;
} lnt_stream;

#endif
