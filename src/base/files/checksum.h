/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_FILES_CHECKSUM_H
#define LINNET_BASE_FILES_CHECKSUM_H

#include <linnet/status.h>
#include <stddef.h>

/** XXH3, 64 bits, as 16 hexadecimal digits. */
typedef struct lnt_checksum {
    char text[17];
} lnt_checksum;

/** One stretch of what is summed: words of `word` bytes, taken in little-endian order. */
typedef struct lnt_checksum_part {
    const void *data;
    size_t bytes;
    size_t word;
} lnt_checksum_part;

/** The sum of all parts in turn. `LNT_ERR_MEMORY` if the hash has no room for its state. */
lnt_status lnt_checksum_of(const lnt_checksum_part *parts, size_t n_parts, lnt_checksum *checksum);

/** Gives the next part of a stretch of bytes, of which `done` were given before. */
typedef lnt_status (*lnt_checksum_source)(void *context, size_t done, const void **data,
                                          size_t *bytes);

/** The sum of `bytes` bytes, already in little-endian order, as `source` gives them. */
lnt_status lnt_checksum_stream(lnt_checksum_source source, void *context, size_t bytes,
                               lnt_checksum *checksum);

#endif
