/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_SOURCE_STREAM_H
#define LINNET_DATA_SOURCE_STREAM_H

#include <linnet/status.h>
#include <stddef.h>
#include <stdint.h>

/** A stream of a size that nobody knows. */
#define LNT_STREAM_ENDLESS SIZE_MAX

/** Bytes from front to back: of a file, of what is packed in it. Copied freely; owns nothing. */
typedef struct lnt_stream {
    const char *name; /* for messages */
    lnt_error *error;
    size_t size; /* of all that `read` gives, if a file vouches for it, or LNT_STREAM_ENDLESS */
    /* Puts `size` bytes at `to`; *count is less only where the stream ends. */
    lnt_status (*read)(void *context, void *to, size_t size, size_t *count);
    void *context;
} lnt_stream;

#endif
