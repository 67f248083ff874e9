/* SPDX-License-Identifier: MIT */
#include "io/safetensors_table.h"

#include "base/arena.h"
#include "io/number_text.h"
#include "io/report.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static lnt_status fail_tensor(const char *path, const char *name, const char *sentence,
                              lnt_error *error)
{
    return lnt_file_fail(error, LNT_ERR_FORMAT, path, "tensor '%s': %s", lnt_excerpt_of(name).text,
                         sentence);
}

static lnt_status check_metadata(json_t *metadata, const char *path, lnt_error *error)
{
    if (metadata != NULL && !json_is_object(metadata)) {
        return lnt_file_fail(error, LNT_ERR_FORMAT, path,
                             "header: expected an object as " LNT_ST_METADATA_KEY);
    }
    const char *key;
    json_t *value;
    json_object_foreach(metadata, key, value)
    {
        if (!json_is_string(value)) {
            return lnt_file_fail(error, LNT_ERR_FORMAT, path,
                                 "header: expected text as '%s' in " LNT_ST_METADATA_KEY,
                                 lnt_excerpt_of(key).text);
        }
    }
    return LNT_OK;
}

/* --- one tensor --- */

static bool parse_shape(const json_t *extents, size_t *shape, size_t *rank)
{
    if (!json_is_array(extents)) {
        return false;
    }
    *rank = json_array_size(extents);
    for (size_t i = 0; i < *rank; i++) {
        if (!lnt_size_parse(json_array_get(extents, i), &shape[i])) {
            return false;
        }
    }
    return true;
}

static bool parse_offsets(const json_t *offsets, size_t *begin, size_t *bytes)
{
    size_t end;
    if (!json_is_array(offsets) || json_array_size(offsets) != 2 ||
        !lnt_size_parse(json_array_get(offsets, 0), begin) ||
        !lnt_size_parse(json_array_get(offsets, 1), &end) || end < *begin) {
        return false;
    }
    *bytes = end - *begin;
    return true;
}

static lnt_status check_bytes(const lnt_st_entry *entry, const char *path, lnt_error *error)
{
    const char *name = entry->tensor.name;
    size_t bytes;
    const lnt_status status = lnt_st_tensor_bytes(&entry->tensor, &bytes);
    if (status != LNT_OK) {
        return fail_tensor(path, name,
                           status == LNT_ERR_INVALID ? "its elements do not fill whole bytes"
                                                     : "its shape is too large",
                           error);
    }
    if (bytes != entry->bytes) {
        return lnt_file_fail(error, LNT_ERR_FORMAT, path,
                             "tensor '%s': its shape takes %zu bytes, its data_offsets span %zu",
                             lnt_excerpt_of(name).text, bytes, entry->bytes);
    }
    return LNT_OK;
}

static lnt_status parse_entry(lnt_st_entry *entry, size_t *shape, const char *name,
                              const json_t *fields, const char *path, lnt_error *error)
{
    const json_t *dtype = json_object_get(fields, "dtype");
    const json_t *extents = json_object_get(fields, "shape");
    const json_t *offsets = json_object_get(fields, "data_offsets");
    if (dtype == NULL || extents == NULL || offsets == NULL || json_object_size(fields) != 3) {
        return fail_tensor(path, name, "expected the fields dtype, shape and data_offsets", error);
    }
    entry->tensor.name = name;
    entry->tensor.shape = shape;
    if (!json_is_string(dtype) ||
        lnt_st_dtype_find(json_string_value(dtype), &entry->tensor.dtype) != LNT_OK) {
        return fail_tensor(path, name, "its dtype is none that the format knows", error);
    }
    if (!parse_shape(extents, shape, &entry->tensor.rank)) {
        return fail_tensor(path, name, "expected a list of whole numbers as shape", error);
    }
    if (!parse_offsets(offsets, &entry->begin, &entry->bytes)) {
        return fail_tensor(path, name, "expected two ascending whole numbers as data_offsets",
                           error);
    }
    return check_bytes(entry, path, error);
}

/* --- all tensors --- */

/* Runs once to measure and once to place. */
static void place(lnt_arena *arena, lnt_st_table *table, size_t n_extents)
{
    table->entries = lnt_arena_take(arena, table->count, sizeof *table->entries);
    table->by_name = lnt_arena_take(arena, table->count, sizeof *table->by_name);
    table->shapes = lnt_arena_take(arena, n_extents, sizeof *table->shapes);
}

static lnt_status allocate(lnt_st_table *table, json_t *header, const lnt_allocator *allocator)
{
    size_t n_extents = 0;
    const char *name;
    json_t *fields;
    json_object_foreach(header, name, fields)
    {
        if (strcmp(name, LNT_ST_METADATA_KEY) != 0) {
            table->count++;
            n_extents += json_array_size(json_object_get(fields, "shape"));
        }
    }
    lnt_arena arena = {0};
    place(&arena, table, n_extents);
    arena.base = arena.overflow ? NULL : lnt_allocate(allocator, arena.used, 1);
    if (arena.base == NULL) {
        return LNT_ERR_MEMORY;
    }
    arena.used = 0;
    place(&arena, table, n_extents);
    return LNT_OK;
}

static lnt_status parse_entries(lnt_st_table *table, json_t *header, const char *path,
                                lnt_error *error)
{
    lnt_st_entry *entry = table->entries;
    size_t *shape = table->shapes;
    const char *name;
    json_t *fields;
    json_object_foreach(header, name, fields)
    {
        if (strcmp(name, LNT_ST_METADATA_KEY) != 0) {
            LNT_TRY(parse_entry(entry, shape, name, fields, path, error));
            shape += entry->tensor.rank;
            entry++;
        }
    }
    return LNT_OK;
}

static int by_place(const void *a, const void *b)
{
    const lnt_st_entry *x = a, *y = b;
    if (x->begin != y->begin) {
        return x->begin < y->begin ? -1 : 1;
    }
    if (x->bytes != y->bytes) {
        return x->bytes < y->bytes ? -1 : 1;
    }
    return strcmp(x->tensor.name, y->tensor.name);
}

static int by_name(const void *a, const void *b)
{
    const lnt_st_entry *const *x = a, *const *y = b;
    return strcmp((*x)->tensor.name, (*y)->tensor.name);
}

/* The ranges must follow each other from the first byte of the data to the last. */
static lnt_status check_cover(const lnt_st_table *table, size_t data_bytes, const char *path,
                              lnt_error *error)
{
    size_t end = 0;
    for (size_t i = 0; i < table->count; i++) {
        const lnt_st_entry *entry = &table->entries[i];
        if (entry->begin != end) {
            return lnt_file_fail(error, LNT_ERR_FORMAT, path,
                                 "tensor '%s': begins at byte %zu of the data and %s; expected %zu",
                                 lnt_excerpt_of(entry->tensor.name).text, entry->begin,
                                 entry->begin < end ? "overlaps another" : "leaves a gap", end);
        }
        end += entry->bytes;
    }
    if (end != data_bytes) {
        return lnt_file_fail(error, LNT_ERR_FORMAT, path,
                             "%s: its tensors take %zu bytes of data, the file has %zu",
                             end > data_bytes ? "is cut" : "has surplus bytes", end, data_bytes);
    }
    return LNT_OK;
}

static lnt_status fill(lnt_st_table *table, json_t *header, size_t data_bytes, const char *path,
                       lnt_error *error)
{
    LNT_TRY(parse_entries(table, header, path, error));
    qsort(table->entries, table->count, sizeof *table->entries, by_place);
    LNT_TRY(check_cover(table, data_bytes, path, error));
    for (size_t i = 0; i < table->count; i++) {
        table->by_name[i] = &table->entries[i];
    }
    qsort(table->by_name, table->count, sizeof *table->by_name, by_name);
    return LNT_OK;
}

lnt_status lnt_st_table_init(lnt_st_table *table, json_t *header, size_t data_bytes,
                             const char *path, const lnt_allocator *allocator, lnt_error *error)
{
    *table = (lnt_st_table){0};
    LNT_TRY(check_metadata(json_object_get(header, LNT_ST_METADATA_KEY), path, error));
    if (allocate(table, header, allocator) != LNT_OK) {
        *table = (lnt_st_table){0};
        return lnt_file_fail_memory(error, path);
    }
    const lnt_status status = fill(table, header, data_bytes, path, error);
    if (status != LNT_OK) {
        lnt_st_table_finish(table, allocator);
    }
    return status;
}

void lnt_st_table_finish(lnt_st_table *table, const lnt_allocator *allocator)
{
    lnt_release(allocator, table->entries);
    *table = (lnt_st_table){0};
}
