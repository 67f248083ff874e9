/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_ONNX_POOL_H
#define LINNET_EXCHANGE_ONNX_POOL_H

#include <linnet/export.h>
#include <linnet/memory.h>
#include <linnet/status.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * Many small pieces of memory that are given back all at once, cut from blocks of an allocator,
 * with a limit to what may be taken. One thread at a time.
 */
typedef struct lnt_pool {
    const lnt_allocator *allocator;
    size_t limit;                  /* bytes that may still be taken */
    struct lnt_pool_block *blocks; /* the newest first */
    char *next;                    /* free in the newest */
    size_t left;
    lnt_status status; /* `LNT_ERR_MEMORY`, `LNT_ERR_TOO_LARGE` once something was not to be had */
} lnt_pool;

lnt_pool lnt_pool_init(const lnt_allocator *allocator, size_t limit);

/** `count * size` zeroed bytes, at a multiple of 16; NULL, with the status set, on failure. */
void *lnt_pool_take(lnt_pool *pool, size_t count, size_t size);

/** Counts bytes that are taken elsewhere; false, with the status set, if they pass the limit. */
bool lnt_pool_charge(lnt_pool *pool, size_t count, size_t size);

/** A formatted text; "" on failure. */
char *lnt_pool_text(lnt_pool *pool, const char *format, ...) LNT_PRINTF(2, 3);

/**
 * Room for one more item in `array`, which has `count`, by moving it to a place twice as large
 * whenever `count` is a power of two; NULL, with the status set, on failure.
 */
void *lnt_pool_grow(lnt_pool *pool, void *array, size_t count, size_t size);

void lnt_pool_clear(lnt_pool *pool);

#endif
