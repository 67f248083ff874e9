/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_FILES_LITTLE_ENDIAN_H
#define LINNET_BASE_FILES_LITTLE_ENDIAN_H

#include <linnet/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Files hold numbers in little-endian order; memory holds them in the host's. */

bool lnt_host_is_big_endian(void);

uint64_t lnt_little_endian_u64(const unsigned char bytes[8]);
void lnt_put_little_endian_u64(uint64_t value, unsigned char bytes[8]);

/** Reverses each word of `word` bytes (1, 2, 4 or 8) in place; `bytes` is a multiple of `word`. */
void lnt_swap_words(void *data, size_t bytes, size_t word);

/** Takes the next part of the data; a status other than `LNT_OK` ends the walk. */
typedef lnt_status (*lnt_chunk_sink)(void *context, const void *chunk, size_t bytes);

/**
 * Hands `data` to `sink` as it is when `swapped` is false, else in chunks from a small buffer in
 * which each word of `word` bytes is reversed.
 */
lnt_status lnt_each_chunk(const void *data, size_t bytes, size_t word, bool swapped,
                          lnt_chunk_sink sink, void *context);

#endif
