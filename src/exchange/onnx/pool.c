/* SPDX-License-Identifier: MIT */
#include "exchange/onnx/pool.h"

#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { UNIT = 16, BLOCK = 16384 };

typedef struct lnt_pool_block {
    struct lnt_pool_block *older;
    char data[] __attribute__((aligned(UNIT)));
} lnt_pool_block;

lnt_pool lnt_pool_init(const lnt_allocator *allocator, size_t limit)
{
    return (lnt_pool){.allocator = allocator, .limit = limit, .status = LNT_OK};
}

bool lnt_pool_charge(lnt_pool *pool, size_t count, size_t size)
{
    size_t bytes;
    if (!lnt_multiply(count, size, &bytes) || bytes > pool->limit) {
        pool->status = LNT_ERR_TOO_LARGE;
        return false;
    }
    pool->limit -= bytes;
    return true;
}

/* Adds a block of at least `bytes`; the rest of the newest block is not used any more. */
static bool add_block(lnt_pool *pool, size_t bytes)
{
    const size_t wanted = bytes > BLOCK ? bytes : BLOCK;
    const size_t size = wanted < pool->limit ? wanted : pool->limit;
    if (size < bytes || size > SIZE_MAX - sizeof(lnt_pool_block) ||
        !lnt_pool_charge(pool, size, 1)) {
        pool->status = LNT_ERR_TOO_LARGE;
        return false;
    }
    lnt_pool_block *block = lnt_allocate(pool->allocator, 1, sizeof *block + size);
    if (block == NULL) {
        pool->status = LNT_ERR_MEMORY;
        return false;
    }
    block->older = pool->blocks;
    pool->blocks = block;
    pool->next = block->data;
    pool->left = size;
    return true;
}

void *lnt_pool_take(lnt_pool *pool, size_t count, size_t size)
{
    size_t bytes;
    if (!lnt_multiply(count, size, &bytes) || bytes > SIZE_MAX - UNIT) {
        pool->status = LNT_ERR_TOO_LARGE;
        return NULL;
    }
    bytes = bytes == 0 ? UNIT : (bytes + UNIT - 1) / UNIT * UNIT;
    if (bytes > pool->left && !add_block(pool, bytes)) {
        return NULL;
    }
    void *piece = pool->next;
    pool->next += bytes;
    pool->left -= bytes;
    return piece;
}

char *lnt_pool_text(lnt_pool *pool, const char *format, ...)
{
    static char nothing[1];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length >= 0 ? lnt_pool_take(pool, (size_t) length + 1, 1) : NULL;
    if (text == NULL) {
        pool->status = pool->status == LNT_OK ? LNT_ERR_MEMORY : pool->status;
        return nothing;
    }
    va_start(arguments, format);
    (void) vsnprintf(text, (size_t) length + 1, format, arguments);
    va_end(arguments);
    return text;
}

void *lnt_pool_grow(lnt_pool *pool, void *array, size_t count, size_t size)
{
    if (count > 0 && (count & (count - 1)) != 0) {
        return array;
    }
    const size_t room = count == 0 ? 1 : 2 * count;
    void *larger = room > count ? lnt_pool_take(pool, room, size) : NULL;
    if (larger != NULL && count > 0) {
        memcpy(larger, array, count * size);
    }
    return larger;
}

void lnt_pool_clear(lnt_pool *pool)
{
    while (pool->blocks != NULL) {
        lnt_pool_block *block = pool->blocks;
        pool->blocks = block->older;
        lnt_release(pool->allocator, block);
    }
    pool->next = NULL;
    pool->left = 0;
}
