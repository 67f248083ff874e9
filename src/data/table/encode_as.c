/* SPDX-License-Identifier: MIT */
#include "base/intern.h"
#include "base/numbers/number.h"
#include "base/text/quote.h"
#include "data/table/frame.h"
#include "data/table/names.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct encoding {
    lnt_frame *frame;
    size_t column;
    const lnt_names *classes;
    lnt_error *error;
} encoding;

static lnt_status no_memory(const encoding *r)
{
    return lnt_fail(r->error, LNT_ERR_MEMORY, "no memory to encode column %zu", r->column + 1);
}

static lnt_status unknown(const encoding *r, const char *row, const char *found)
{
    const char *const name = lnt_names_get(r->frame->columns, r->column);
    const size_t count = lnt_names_count(r->classes);
    char quoted[LNT_QUOTED_LENGTH];
    return lnt_fail(r->error, LNT_ERR_INVALID, "column %s%s: %s is not among the %zu class%s",
                    lnt_text_quote(name, strlen(name), quoted), row, found, count,
                    count == 1 ? "" : "es");
}

/* Maps each label to its class. */
static lnt_status map_labels(const encoding *r, const lnt_names *labels, size_t *map)
{
    for (size_t i = 0; i < lnt_names_count(labels); i++) {
        const char *const label = lnt_names_get(labels, i);
        map[i] = lnt_names_find(r->classes, label);
        if (map[i] == LNT_NOT_FOUND) {
            char quoted[LNT_QUOTED_LENGTH];
            return unknown(r, "", lnt_text_quote(label, strlen(label), quoted));
        }
    }
    return LNT_OK;
}

static lnt_status encode_labels(const encoding *r, const lnt_names *labels)
{
    lnt_frame *const frame = r->frame;
    const lnt_allocator *const allocator = lnt_frame_allocator(frame);
    size_t *const map = lnt_allocate(allocator, lnt_names_count(labels), sizeof *map);
    if (map == NULL) {
        return no_memory(r);
    }
    const lnt_status status = map_labels(r, labels, map);
    for (size_t i = 0; status == LNT_OK && i < frame->rows; i++) {
        const size_t label = (size_t) lnt_frame_get(frame, i, r->column);
        lnt_frame_set(frame, i, r->column, (double) map[label]);
    }
    lnt_release(allocator, map);
    return status;
}

/* Collects the classes that are numbers: a set of the numbers and, for each, the first class with
 * that number. */
static lnt_status collect_numbers(const encoding *r, const lnt_number_reader *reader,
                                  lnt_intern *set, size_t *class_of)
{
    for (size_t i = 0; i < lnt_names_count(r->classes); i++) {
        double value;
        size_t number;
        const size_t before = set->count;
        if (!lnt_number_parse(reader, r->frame->dtype, lnt_names_get(r->classes, i), &value)) {
            continue;
        }
        if (lnt_intern_add_number(set, value, &number) != LNT_OK) {
            return no_memory(r);
        }
        if (set->count > before) {
            class_of[number] = i;
        }
    }
    return LNT_OK;
}

static lnt_status check_numbers(const encoding *r, const lnt_number_reader *reader,
                                const lnt_intern *set)
{
    for (size_t i = 0; i < r->frame->rows; i++) {
        const double value = lnt_frame_get(r->frame, i, r->column);
        if (lnt_intern_find_number(set, value) == LNT_NOT_FOUND) {
            char row[32], found[LNT_NUMBER_LENGTH] = "a value that is not finite";
            snprintf(row, sizeof row, ", row %zu", i + 1);
            if (isfinite(value)) {
                lnt_number_write(reader, r->frame->dtype, value, found);
            }
            return unknown(r, row, found);
        }
    }
    return LNT_OK;
}

static lnt_status encode_numbers(const encoding *r, const lnt_number_reader *reader)
{
    lnt_frame *const frame = r->frame;
    const lnt_allocator *const allocator = lnt_frame_allocator(frame);
    size_t *const class_of = lnt_allocate(allocator, lnt_names_count(r->classes), sizeof *class_of);
    if (class_of == NULL) {
        return no_memory(r);
    }
    lnt_intern set = lnt_intern_init(allocator);
    lnt_status status = collect_numbers(r, reader, &set, class_of);
    if (status == LNT_OK) {
        status = check_numbers(r, reader, &set);
    }
    for (size_t i = 0; status == LNT_OK && i < frame->rows; i++) {
        const size_t number = lnt_intern_find_number(&set, lnt_frame_get(frame, i, r->column));
        lnt_frame_set(frame, i, r->column, (double) class_of[number]);
    }
    lnt_intern_finish(&set);
    lnt_release(allocator, class_of);
    return status;
}

lnt_status lnt_frame_encode_as(lnt_frame *frame, size_t column, const lnt_names *classes,
                               lnt_error *error)
{
    if (frame == NULL || classes == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "frame and classes are required");
    }
    LNT_TRY(lnt_frame_check_column(frame, column, error));
    const encoding r = {frame, column, classes, error};
    if (lnt_names_count(classes) > lnt_frame_max_labels(frame->dtype)) {
        return lnt_fail(error, LNT_ERR_TOO_LARGE, "%zu classes are more than %s can number",
                        lnt_names_count(classes), lnt_dtype_name(frame->dtype));
    }
    lnt_number_reader reader;
    if (!lnt_number_init(&reader)) {
        return no_memory(&r);
    }
    lnt_names *labels;
    lnt_status status = lnt_names_copy(&labels, classes, lnt_frame_allocator(frame));
    lnt_names *const old = frame->labels[column];
    if (status != LNT_OK) {
        status = no_memory(&r);
    } else if (old != NULL) {
        status = encode_labels(&r, old);
    } else {
        status = encode_numbers(&r, &reader);
    }
    lnt_number_finish(&reader);
    if (status != LNT_OK) {
        lnt_names_destroy(labels);
        return status;
    }
    lnt_names_destroy(old);
    frame->labels[column] = labels;
    return LNT_OK;
}
