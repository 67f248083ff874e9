/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_TABLE_NAMES_H
#define LINNET_DATA_TABLE_NAMES_H

#include <linnet/data.h>

/**
 * Begins a list of `count` strings that have `length` bytes in all, terminators not counted; then
 * `lnt_names_put` must be called once for each string, in order.
 */
lnt_status lnt_names_begin(lnt_names **names, size_t count, size_t length,
                           const lnt_allocator *allocator);
void lnt_names_put(lnt_names *names, const char *text, size_t length);

/** The next place of string `found`, which is its first; LNT_NOT_FOUND if it is there once. */
size_t lnt_names_find_again(const lnt_names *names, size_t found);

lnt_status lnt_names_copy(lnt_names **copy, const lnt_names *names, const lnt_allocator *allocator);

#endif
