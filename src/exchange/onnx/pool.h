/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_ONNX_POOL_H
#define LINNET_EXCHANGE_ONNX_POOL_H

#include <linnet/export.h>
#include <linnet/memory.h>
#include <linnet/status.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * A memory pool: many small pieces that are freed all at once, cut from blocks of an allocator,
 * with a limit. One thread at a time.
 */
typedef struct lnt_pool {
    const lnt_allocator *allocator;
    size_t limit;                  /* bytes that can still be allocated */
    struct lnt_pool_block *blocks; /* newest first */
    char *next;                    /* free memory of the newest block */
    size_t left;
    lnt_status status; /* `LNT_ERR_MEMORY`, `LNT_ERR_TOO_LARGE` after a failure */
} lnt_pool;

lnt_pool lnt_pool_init(const lnt_allocator *allocator, size_t limit);

/** `count * size` zeroed bytes, at a multiple of 16; NULL, with the status set, on failure. */
void *lnt_pool_take(lnt_pool *pool, size_t count, size_t size);

/**
 * Counts bytes that are allocated elsewhere; false, with the status set, if the limit is exceeded.
 */
bool lnt_pool_charge(lnt_pool *pool, size_t count, size_t size);

/** A formatted text; "" on failure. */
char *lnt_pool_text(lnt_pool *pool, const char *format, ...) LNT_PRINTF(2, 3);

/**
 * Reserves space for one more item in `array`, which has `count`: the array is moved to twice the
 * size whenever `count` is a power of two. NULL, with the status set, on failure.
 */
void *lnt_pool_grow(lnt_pool *pool, void *array, size_t count, size_t size);

void lnt_pool_clear(lnt_pool *pool);

#endif
