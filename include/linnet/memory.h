/* SPDX-License-Identifier: MIT */
#ifndef LINNET_MEMORY_H
#define LINNET_MEMORY_H

#include <linnet/export.h>
#include <stddef.h>

LNT_BEGIN_DECLS

/** Alignment in bytes of every block asked for: a cache line, and an AVX-512 register. */
#define LNT_ALIGNMENT 64

/**
 * Where an object takes its memory from. It is copied into each object created with it; `context`
 * must outlive those objects. NULL in place of an allocator means C11 `aligned_alloc` and `free`.
 *
 * `free` must return. `alloc` should return NULL for a failure. If it leaves by longjmp or an
 * exception, the blocks and files that the call has taken so far leak, an object that the call was
 * to change can only be destroyed, and objects that the call only reads stay usable.
 */
typedef struct lnt_allocator {
    /** `bytes` (a non-zero multiple of `alignment`) at a multiple of `alignment`, or NULL. */
    void *(*alloc)(void *context, size_t bytes, size_t alignment);
    /** Takes back what `alloc` returned; never called with NULL. */
    void (*free)(void *context, void *block);
    void *context;
} lnt_allocator;

/**
 * `count * size` zeroed bytes, aligned to `LNT_ALIGNMENT`, owned by the caller until
 * `lnt_release` with the same allocator. NULL if the product overflows or the allocator fails;
 * a size of zero gives a valid block. As thread-safe as the allocator is.
 */
LNT_API void *lnt_allocate(const lnt_allocator *allocator, size_t count, size_t size);

/** Gives back a block of `lnt_allocate`; `block` may be NULL. */
LNT_API void lnt_release(const lnt_allocator *allocator, void *block);

LNT_END_DECLS

#endif
