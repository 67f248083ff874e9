/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "support/failing_allocator.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

static bool is_zeroed(const void *block, size_t bytes)
{
    const unsigned char *byte = block;
    for (size_t i = 0; i < bytes; i++) {
        if (byte[i] != 0) {
            return false;
        }
    }
    return true;
}

Test(memory, blocks_are_aligned_and_zeroed)
{
    for (size_t bytes = 0; bytes < 300; bytes++) {
        void *block = lnt_allocate(NULL, bytes, 1);
        cr_assert(block != NULL && (uintptr_t) block % LNT_ALIGNMENT == 0);
        cr_assert(is_zeroed(block, bytes));
        memset(block, 0xFF, bytes); /* what the next block might be made of */
        lnt_release(NULL, block);
    }
    lnt_release(NULL, NULL);
}

Test(memory, sizes_that_overflow_are_refused)
{
    failing f = {0};
    const lnt_allocator allocator = failing_allocator(&f);
    cr_assert(lnt_allocate(&allocator, SIZE_MAX, 2) == NULL);
    cr_assert(lnt_allocate(&allocator, SIZE_MAX / 8 + 1, 8) == NULL);
    cr_assert(lnt_allocate(&allocator, SIZE_MAX, 1) == NULL); /* passes it when rounded up */
    cr_assert(lnt_allocate(&allocator, SIZE_MAX - 62, 1) == NULL);
    cr_assert(f.calls == 0);
}

/* Fills what it gives, so that a caller that forgets to zero is found out. */
static void *demanding_alloc(void *context, size_t bytes, size_t alignment)
{
    *(size_t *) context = bytes;
    cr_assert(alignment == LNT_ALIGNMENT && bytes > 0 && bytes % alignment == 0);
    void *block = aligned_alloc(alignment, bytes);
    memset(block, 0xFF, bytes);
    return block;
}

static void demanding_free(void *context, void *block)
{
    cr_assert(block != NULL);
    *(size_t *) context = 0;
    free(block);
}

Test(memory, the_hook_is_called_as_promised)
{
    size_t last = 0;
    const lnt_allocator allocator = {demanding_alloc, demanding_free, &last};
    for (size_t bytes = 0; bytes < 200; bytes++) {
        void *block = lnt_allocate(&allocator, bytes, 1);
        cr_assert(last >= bytes && last > 0);
        cr_assert(is_zeroed(block, bytes));
        lnt_release(&allocator, block);
        cr_assert(last == 0);
    }
    last = 5;
    lnt_release(&allocator, NULL);
    cr_assert(last == 5);
}

Test(memory, a_failing_hook_gives_null)
{
    failing f = {.fail_at = 1};
    const lnt_allocator allocator = failing_allocator(&f);
    cr_assert(lnt_allocate(&allocator, 1, 1) == NULL);
    void *block = lnt_allocate(&allocator, 1, 1);
    cr_assert(block != NULL && f.live == 1);
    lnt_release(&allocator, block);
    cr_assert(f.live == 0);
}

/* The same calls measure and then place; every array starts on a cache line of its own. */
Test(memory, an_arena_places_what_it_measured)
{
    static const size_t sizes[] = {1, 0, 64, 65, 7, 1000};
    lnt_arena arena = {0};
    for (size_t i = 0; i < 6; i++) {
        cr_assert(lnt_arena_take(&arena, sizes[i], 1) == NULL);
    }
    const size_t measured = arena.used;
    cr_assert(!arena.overflow && measured == 64 + 0 + 64 + 128 + 64 + 1024);
    arena.base = lnt_allocate(NULL, measured, 1);
    arena.used = 0;
    char *end = arena.base;
    for (size_t i = 0; i < 6; i++) {
        char *place = lnt_arena_take(&arena, sizes[i], 1);
        cr_assert(place == end && (uintptr_t) place % LNT_ALIGNMENT == 0);
        end = arena.base + arena.used;
    }
    cr_assert(arena.used == measured);
    lnt_release(NULL, arena.base);
}

Test(memory, an_arena_remembers_an_overflow)
{
    lnt_arena arena = {0};
    lnt_arena_take(&arena, SIZE_MAX / 2, 3);
    cr_assert(arena.overflow && arena.used == 0);
    arena = (lnt_arena){0};
    lnt_arena_take(&arena, SIZE_MAX / 2, 1);
    cr_assert(!arena.overflow);
    lnt_arena_take(&arena, SIZE_MAX / 2, 1);
    lnt_arena_take(&arena, 64, 1);
    cr_assert(arena.overflow);
    size_t product = 1;
    cr_assert(lnt_multiply(0, SIZE_MAX, &product) && product == 0);
    cr_assert(!lnt_multiply(SIZE_MAX, 2, &product) && product == 0);
}
