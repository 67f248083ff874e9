/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_ARENA_H
#define LINNET_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Lays objects out in one block. A layout routine runs twice over the same calls: with base NULL to
 * measure, then over a zeroed block of `arena.used` bytes to place. Offsets are multiples of
 * LNT_ALIGNMENT, so every array starts on a cache line of its own.
 */
typedef struct lnt_arena {
    char *base;
    size_t used;
    bool overflow; /* some product or sum passed SIZE_MAX */
} lnt_arena;

/** The next `count * size` bytes; NULL while measuring. */
void *lnt_arena_take(lnt_arena *arena, size_t count, size_t size);

/** Whether a * b fits; the product goes to *product. */
bool lnt_multiply(size_t a, size_t b, size_t *product);

#endif
