/* SPDX-License-Identifier: MIT */
#include "data/table/labels.h"

#include "data/table/names.h"
#include <string.h>

lnt_status lnt_labels_rank(lnt_ranking *ranking, const lnt_intern *set, lnt_compare compare,
                           const lnt_allocator *allocator)
{
    size_t *block = lnt_allocate(allocator, set->count, 2 * sizeof *block);
    if (block == NULL) {
        return LNT_ERR_MEMORY;
    }
    *ranking = (lnt_ranking){block, block + set->count};
    for (size_t i = 0; i < set->count; i++) {
        ranking->order[i] = i;
    }
    lnt_sort(ranking->order, set->count, compare, set);
    for (size_t k = 0; k < set->count; k++) {
        ranking->rank[ranking->order[k]] = k;
    }
    return LNT_OK;
}

static int compare_bytes(size_t a, size_t b, const void *context)
{
    return strcmp(lnt_intern_get(context, a), lnt_intern_get(context, b));
}

lnt_status lnt_labels_sort(lnt_names **labels, lnt_ranking *ranking, const lnt_intern *set,
                           const lnt_allocator *allocator)
{
    LNT_TRY(lnt_labels_rank(ranking, set, compare_bytes, allocator));
    const lnt_status status = lnt_names_allocate(labels, set->count, set->length, allocator);
    if (status != LNT_OK) {
        lnt_release(allocator, ranking->order);
        return status;
    }
    for (size_t k = 0; k < set->count; k++) {
        const char *const text = lnt_intern_get(set, ranking->order[k]);
        lnt_names_append(*labels, text, strlen(text));
    }
    return LNT_OK;
}

lnt_status lnt_labels_encode(lnt_frame *frame, size_t column, const lnt_intern *set)
{
    const lnt_allocator *const allocator = lnt_frame_allocator(frame);
    lnt_ranking ranking;
    LNT_TRY(lnt_labels_sort(&frame->labels[column], &ranking, set, allocator));
    for (size_t i = 0; i < frame->rows; i++) {
        const size_t number = (size_t) lnt_frame_get(frame, i, column);
        lnt_frame_set(frame, i, column, (double) ranking.rank[number]);
    }
    lnt_release(allocator, ranking.order);
    return LNT_OK;
}

lnt_status lnt_labels_decode_numbers(lnt_frame *frame, size_t column, const lnt_intern *set,
                                     const lnt_number_reader *reader, bool *done)
{
    const lnt_allocator *const allocator = lnt_frame_allocator(frame);
    double *const values = lnt_allocate(allocator, set->count, sizeof *values);
    if (values == NULL) {
        return LNT_ERR_MEMORY;
    }
    *done = true;
    for (size_t k = 0; *done && k < set->count; k++) {
        *done = lnt_number_parse(reader, frame->dtype, lnt_intern_get(set, k), &values[k]);
    }
    for (size_t i = 0; *done && i < frame->rows; i++) {
        lnt_frame_set(frame, i, column, values[(size_t) lnt_frame_get(frame, i, column)]);
    }
    lnt_release(allocator, values);
    return LNT_OK;
}
