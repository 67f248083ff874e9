/* SPDX-License-Identifier: MIT */
#include "data/libsvm/libsvm.h"

#include <string.h>

lnt_sparse lnt_sparse_init(const lnt_allocator *allocator)
{
    return (lnt_sparse){.allocator = allocator};
}

void lnt_sparse_clear(lnt_sparse *sparse)
{
    lnt_release(sparse->allocator, sparse->entries);
}

static lnt_status grow(lnt_sparse *sparse, size_t limit)
{
    const size_t size = sizeof *sparse->entries, most = limit / size;
    if (sparse->count >= most) {
        return LNT_ERR_TOO_LARGE;
    }
    size_t capacity = sparse->capacity > 0 ? 2 * sparse->capacity : 4096;
    capacity = capacity < most ? capacity : most;
    lnt_sparse_entry *const entries = lnt_allocate(sparse->allocator, capacity, size);
    if (entries == NULL) {
        return LNT_ERR_MEMORY;
    }
    if (sparse->count > 0) {
        memcpy(entries, sparse->entries, sparse->count * size);
    }
    lnt_release(sparse->allocator, sparse->entries);
    sparse->entries = entries;
    sparse->capacity = capacity;
    return LNT_OK;
}

lnt_status lnt_sparse_add(lnt_sparse *sparse, size_t column, double value, size_t limit)
{
    if (sparse->count == sparse->capacity) {
        LNT_TRY(grow(sparse, limit));
    }
    sparse->entries[sparse->count++] = (lnt_sparse_entry){value, (uint32_t) column};
    sparse->rows += column == 0;
    sparse->max_column = column > sparse->max_column ? column : sparse->max_column;
    return LNT_OK;
}
