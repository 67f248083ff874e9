/* SPDX-License-Identifier: MIT */
#ifndef LINNET_IO_CHECKSUM_H
#define LINNET_IO_CHECKSUM_H

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

#endif
