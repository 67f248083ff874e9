/* SPDX-License-Identifier: MIT */
#include "base/text/quote.h"
#include "data/table/labels.h"
#include "data/table/names.h"
#include <math.h>
#include <string.h>

static int compare_numbers(size_t a, size_t b, const void *context)
{
    const double x = lnt_intern_get_number(context, a), y = lnt_intern_get_number(context, b);
    return (x > y) - (x < y);
}

/* Collects the column's distinct numbers. */
static lnt_status collect(const lnt_frame *frame, size_t column, size_t most, lnt_intern *set,
                          lnt_error *error)
{
    const char *const name = lnt_names_get(frame->columns, column);
    char quoted[LNT_QUOTED_LENGTH];
    lnt_text_quote(name, strlen(name), quoted);
    for (size_t i = 0; i < frame->rows; i++) {
        const double value = lnt_frame_get(frame, i, column);
        size_t number;
        if (!isfinite(value)) {
            return lnt_fail(error, LNT_ERR_NONFINITE,
                            "column %s, row %zu: expected a finite number, found %g", quoted, i + 1,
                            value);
        }
        if (lnt_intern_add_number(set, value, &number) != LNT_OK) {
            return lnt_fail(error, LNT_ERR_MEMORY, "no memory for the labels of column %s", quoted);
        }
        if (set->count > most) {
            return lnt_fail(error, LNT_ERR_TOO_LARGE,
                            "column %s: expected at most %zu distinct value%s, found more", quoted,
                            most, most == 1 ? "" : "s");
        }
    }
    return LNT_OK;
}

/* Makes the numbers texts, in ascending order. */
static lnt_status write_labels(const lnt_frame *frame, const lnt_intern *set, const size_t *order,
                               lnt_names **labels)
{
    lnt_number_reader reader;
    if (!lnt_number_init(&reader)) {
        return LNT_ERR_MEMORY;
    }
    char text[LNT_NUMBER_LENGTH];
    size_t length = 0;
    for (size_t k = 0; k < set->count; k++) {
        lnt_number_write(&reader, frame->dtype, lnt_intern_get_number(set, k), text);
        length += strlen(text);
    }
    const lnt_status status =
        lnt_names_allocate(labels, set->count, length, lnt_frame_allocator(frame));
    for (size_t k = 0; status == LNT_OK && k < set->count; k++) {
        lnt_number_write(&reader, frame->dtype, lnt_intern_get_number(set, order[k]), text);
        lnt_names_append(*labels, text, strlen(text));
    }
    lnt_number_finish(&reader);
    return status;
}

static lnt_status encode(lnt_frame *frame, size_t column, const lnt_intern *set)
{
    const lnt_allocator *const allocator = lnt_frame_allocator(frame);
    lnt_ranking ranking;
    LNT_TRY(lnt_labels_rank(&ranking, set, compare_numbers, allocator));
    const lnt_status status = write_labels(frame, set, ranking.order, &frame->labels[column]);
    for (size_t i = 0; status == LNT_OK && i < frame->rows; i++) {
        const size_t number = lnt_intern_find_number(set, lnt_frame_get(frame, i, column));
        lnt_frame_set(frame, i, column, (double) ranking.rank[number]);
    }
    lnt_release(allocator, ranking.order);
    return status;
}

lnt_status lnt_frame_encode(lnt_frame *frame, size_t column, size_t max_labels, lnt_error *error)
{
    if (frame == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "frame is required");
    }
    LNT_TRY(lnt_frame_check_column(frame, column, error));
    if (frame->labels[column] != NULL) {
        return LNT_OK;
    }
    const size_t holds = lnt_frame_max_labels(frame->dtype);
    lnt_intern set = lnt_intern_init(lnt_frame_allocator(frame));
    lnt_status status =
        collect(frame, column, max_labels < holds ? max_labels : holds, &set, error);
    if (status == LNT_OK) {
        status = encode(frame, column, &set);
        if (status != LNT_OK) {
            lnt_fail(error, status, "no memory for the labels of column %zu", column + 1);
        }
    }
    lnt_intern_finish(&set);
    return status;
}
