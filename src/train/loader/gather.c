/* SPDX-License-Identifier: MIT */
#include "train/loader/gather.h"

const lnt_tensor *lnt_batch_weights(const lnt_batch *batch)
{
    return batch->weighted ? &batch->weights : NULL;
}

static void *allocate_rows(const lnt_tensor *t, size_t max_rows, const lnt_allocator *allocator)
{
    return lnt_allocate(allocator, max_rows, t->cols * lnt_dtype_size(t->dtype));
}

lnt_status lnt_gather_init(lnt_gather *gather, const lnt_rows *rows, size_t max_rows,
                           const lnt_allocator *allocator)
{
    *gather = (lnt_gather){.rows = *rows, .allocator = allocator};
    if (rows->index == NULL) {
        return LNT_OK;
    }
    gather->x = allocate_rows(rows->x, max_rows, allocator);
    gather->y = allocate_rows(rows->y, max_rows, allocator);
    gather->weights =
        rows->weights != NULL ? allocate_rows(rows->weights, max_rows, allocator) : NULL;
    const bool complete = gather->x != NULL && gather->y != NULL &&
                          (gather->weights != NULL || rows->weights == NULL);
    return complete ? LNT_OK : LNT_ERR_MEMORY;
}

void lnt_gather_clear(lnt_gather *gather)
{
    lnt_release(gather->allocator, gather->x);
    lnt_release(gather->allocator, gather->y);
    lnt_release(gather->allocator, gather->weights);
    gather->x = gather->y = gather->weights = NULL;
}

static lnt_status get_rows(const lnt_gather *gather, const lnt_tensor *from, void *memory,
                           size_t first, size_t count, lnt_tensor *to)
{
    if (gather->rows.index == NULL) {
        return lnt_slice_rows(from, first, count, 1, to);
    }
    *to = lnt_tensor_view(from->dtype, memory, count, from->cols);
    return lnt_gather_rows(from, gather->rows.index + first, to);
}

lnt_status lnt_gather_batch(const lnt_gather *gather, size_t first, size_t count, lnt_batch *batch)
{
    const lnt_rows *rows = &gather->rows;
    LNT_TRY(get_rows(gather, rows->x, gather->x, first, count, &batch->x));
    LNT_TRY(get_rows(gather, rows->y, gather->y, first, count, &batch->y));
    batch->weighted = rows->weights != NULL;
    return batch->weighted
               ? get_rows(gather, rows->weights, gather->weights, first, count, &batch->weights)
               : LNT_OK;
}
