/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_TABLE_NAMES_H
#define LINNET_DATA_TABLE_NAMES_H

#include <linnet/data.h>

/**
 * Allocates a list of `count` strings of `length` bytes in total, without terminators. Then
 * `lnt_names_append` must be called once for each string, in order.
 */
lnt_status lnt_names_allocate(lnt_names **names, size_t count, size_t length,
                              const lnt_allocator *allocator);
void lnt_names_append(lnt_names *names, const char *text, size_t length);

/**
 * The index of the next string that equals string `found`, the first one; LNT_NOT_FOUND if there is
 * none.
 */
size_t lnt_names_find_next(const lnt_names *names, size_t found);

lnt_status lnt_names_copy(lnt_names **copy, const lnt_names *names, const lnt_allocator *allocator);

#endif
