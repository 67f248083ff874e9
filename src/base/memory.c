/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <linnet/memory.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool lnt_multiply(size_t a, size_t b, size_t *product)
{
    if (b != 0 && a > SIZE_MAX / b) {
        return false;
    }
    *product = a * b;
    return true;
}

/* Rounds up to whole alignment units; false if that passes SIZE_MAX. */
static bool round_up(size_t bytes, size_t *rounded)
{
    if (bytes > SIZE_MAX - (LNT_ALIGNMENT - 1)) {
        return false;
    }
    *rounded = (bytes + LNT_ALIGNMENT - 1) / LNT_ALIGNMENT * LNT_ALIGNMENT;
    return true;
}

/* Sets *bytes to the size of the block. */
static void *take_block(const lnt_allocator *allocator, size_t count, size_t size, size_t *bytes)
{
    if (!lnt_multiply(count, size, bytes) || !round_up(*bytes, bytes)) {
        return NULL;
    }
    if (*bytes == 0) {
        *bytes = LNT_ALIGNMENT;
    }
    return allocator != NULL ? allocator->alloc(allocator->context, *bytes, LNT_ALIGNMENT)
                             : aligned_alloc(LNT_ALIGNMENT, *bytes);
}

void *lnt_allocate_unset(const lnt_allocator *allocator, size_t count, size_t size)
{
    size_t bytes;
    return take_block(allocator, count, size, &bytes);
}

void *lnt_allocate(const lnt_allocator *allocator, size_t count, size_t size)
{
    size_t bytes;
    void *block = take_block(allocator, count, size, &bytes);
    if (block != NULL) {
        memset(block, 0, bytes);
    }
    return block;
}

void lnt_release(const lnt_allocator *allocator, void *block)
{
    if (block == NULL) {
        return;
    }
    if (allocator != NULL) {
        allocator->free(allocator->context, block);
    } else {
        free(block);
    }
}

void *lnt_arena_take(lnt_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (!lnt_multiply(count, size, &bytes) || !round_up(bytes, &bytes) ||
        bytes > SIZE_MAX - arena->used) {
        arena->overflow = true;
        return NULL;
    }
    void *place = arena->base != NULL ? arena->base + arena->used : NULL;
    arena->used += bytes;
    return place;
}

lnt_status lnt_arena_open(lnt_arena *arena, const lnt_allocator *allocator)
{
    if (arena->overflow) {
        return LNT_ERR_TOO_LARGE;
    }
    arena->base = lnt_allocate(allocator, arena->used, 1);
    arena->used = 0;
    return arena->base != NULL ? LNT_OK : LNT_ERR_MEMORY;
}

lnt_owner lnt_owner_of(const lnt_allocator *allocator)
{
    lnt_owner owner = {{NULL, NULL, NULL}, allocator != NULL};
    if (allocator != NULL) {
        owner.allocator = *allocator;
    }
    return owner;
}

void lnt_owner_release(lnt_owner owner, void *block)
{
    lnt_release(owner.custom ? &owner.allocator : NULL, block);
}
