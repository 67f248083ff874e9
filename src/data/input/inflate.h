/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_INPUT_INFLATE_H
#define LINNET_DATA_INPUT_INFLATE_H

#include "data/input/stream.h"
#include <linnet/memory.h>
#include <stdbool.h>

/** A gzip-compressed stream: one gzip member, or several in a row. */
typedef struct lnt_inflate lnt_inflate;

/** Whether the bytes are the start of a .gz file. */
bool lnt_gzip_is(const void *bytes, size_t size);

/**
 * The struct of the compressed stream is copied; its context must outlive `*inflate`. zlib
 * allocates its own memory.
 */
lnt_status lnt_inflate_open(lnt_inflate **inflate, const lnt_stream *compressed,
                            const lnt_allocator *allocator);
void lnt_inflate_close(lnt_inflate *inflate);

/** The decompressed bytes, of unknown number. The checksum is verified at their end. */
lnt_stream lnt_inflate_stream(lnt_inflate *inflate);

#endif
