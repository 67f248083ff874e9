/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_SORT_H
#define LINNET_BASE_SORT_H

#include <stddef.h>

/** Negative, zero or positive as item `a` comes before, with or after item `b`. */
typedef int (*lnt_compare)(size_t a, size_t b, const void *context);

/** Sorts `index[0 .. count)`; in place, n·log n in the worst case, not stable, no allocation. */
void lnt_sort(size_t *index, size_t count, lnt_compare compare, const void *context);

#endif
