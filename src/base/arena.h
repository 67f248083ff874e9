/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_ARENA_H
#define LINNET_BASE_ARENA_H

#include <linnet/memory.h>
#include <linnet/status.h>
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

/** Ends measuring: allocates the block, from which the same calls then take their places. */
lnt_status lnt_arena_open(lnt_arena *arena, const lnt_allocator *allocator);

/** The allocator an object was made with, copied into it so that the object can free itself. */
typedef struct lnt_owner {
    lnt_allocator allocator;
    bool custom;
} lnt_owner;

lnt_owner lnt_owner_of(const lnt_allocator *allocator);

/** Releases `block`; `owner` comes by value since it usually lies inside the block. */
void lnt_owner_release(lnt_owner owner, void *block);

/** `lnt_allocate` for what is written before it is read: the bytes are whatever they were. */
void *lnt_allocate_unset(const lnt_allocator *allocator, size_t count, size_t size);

/** Whether a * b fits; the product goes to *product. */
bool lnt_multiply(size_t a, size_t b, size_t *product);

#endif
