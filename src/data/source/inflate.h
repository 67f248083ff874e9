/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_SOURCE_INFLATE_H
#define LINNET_DATA_SOURCE_INFLATE_H

#include "data/source/stream.h"
#include <linnet/memory.h>
#include <stdbool.h>

/** What is packed in a stream by gzip: one member, or several one behind another. */
typedef struct lnt_inflate lnt_inflate;

/** Whether the bytes begin like a .gz file. */
bool lnt_gzip_is(const void *bytes, size_t size);

/** The packed stream is copied, and must live on; zlib takes memory of its own. */
lnt_status lnt_inflate_open(lnt_inflate **inflate, const lnt_stream *packed,
                            const lnt_allocator *allocator);
void lnt_inflate_close(lnt_inflate *inflate);

/** The unpacked bytes, whose number nobody knows. At their end the sum is checked. */
lnt_stream lnt_inflate_stream(lnt_inflate *inflate);

#endif
