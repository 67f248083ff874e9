/* SPDX-License-Identifier: MIT */
#include "io/safetensors/table.h"

#include "base/arena.h"
#include "base/files/file_error.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 3 /* header, tensor, shape */

/* The smallest size of a tensor in the header. */
enum { MIN_ENTRY_BYTES = sizeof "\"\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,0]}" - 1 };

static lnt_status fail_tensor(const char *path, const char *name, const char *sentence,
                              lnt_error *error)
{
    return lnt_file_fail(error, LNT_ERR_FORMAT, path, "tensor '%s': %s", lnt_excerpt_of(name).text,
                         sentence);
}

/* --- one tensor --- */

/* The state of reading a tensor's fields. */
typedef struct tensor_reader {
    lnt_json_cursor *cursor;
    lnt_st_entry *entry;
    size_t *shape;   /* where its extents are stored */
    size_t capacity; /* number of extents that fit there */
} tensor_reader;

/* Reads a list of numbers; false if it is none, or longer than `capacity`. */
static bool read_sizes(lnt_json_cursor *cursor, size_t *sizes, size_t capacity, size_t *count)
{
    *count = 0;
    if (!lnt_json_enter(cursor, '[')) {
        return false;
    }
    for (; lnt_json_more(cursor, ']'); ++*count) {
        if (*count == capacity || !lnt_json_take_size(cursor, &sizes[*count])) {
            return false;
        }
    }
    return true;
}

static bool read_dtype(const tensor_reader *r)
{
    const char *name = lnt_json_take_text(r->cursor);
    return name != NULL && lnt_st_dtype_find(name, &r->entry->tensor.dtype) == LNT_OK;
}

static bool read_shape(const tensor_reader *r)
{
    return read_sizes(r->cursor, r->shape, r->capacity, &r->entry->tensor.rank);
}

static bool read_offsets(const tensor_reader *r)
{
    size_t offsets[2], count;
    if (!read_sizes(r->cursor, offsets, 2, &count) || count != 2 || offsets[1] < offsets[0]) {
        return false;
    }
    r->entry->begin = offsets[0];
    r->entry->bytes = offsets[1] - offsets[0];
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

static const struct {
    const char *name;
    bool (*read)(const tensor_reader *r);
    const char *sentence;
} fields[] = {
    {"dtype", read_dtype, "its dtype is unknown"},
    {"shape", read_shape, "expected a list of whole numbers as shape"},
    {"data_offsets", read_offsets, "expected two ascending whole numbers as data_offsets"},
};

enum { N_FIELDS = sizeof fields / sizeof fields[0] };

static size_t find_field(const char *name)
{
    size_t f = 0;
    while (f < N_FIELDS && strcmp(fields[f].name, name) != 0) {
        f++;
    }
    return f;
}

/* Reads the fields of an entry, whose name is set. */
static lnt_status read_entry(const tensor_reader *r, const char *path, lnt_error *error)
{
    static const char expected[] = "expected the fields dtype, shape and data_offsets";
    const char *name = r->entry->tensor.name;
    bool found[N_FIELDS] = {false};
    size_t n_found = 0;
    if (!lnt_json_enter(r->cursor, '{')) {
        return fail_tensor(path, name, expected, error);
    }
    for (; lnt_json_more(r->cursor, '}'); n_found++) {
        const size_t f = find_field(lnt_json_take_key(r->cursor));
        if (f == N_FIELDS) {
            return fail_tensor(path, name, expected, error);
        }
        if (found[f]) {
            return fail_tensor(path, name, "has a duplicate field", error);
        }
        found[f] = true;
        if (!fields[f].read(r)) {
            return fail_tensor(path, name, fields[f].sentence, error);
        }
    }
    return n_found == N_FIELDS ? check_bytes(r->entry, path, error)
                               : fail_tensor(path, name, expected, error);
}

/* --- all tensors --- */

/* Runs once to compute the size and once to lay out the block. */
static void location(lnt_arena *arena, lnt_st_table *table, size_t n_keys)
{
    table->entries = lnt_arena_take(arena, n_keys, sizeof *table->entries);
    table->by_offset = lnt_arena_take(arena, n_keys, sizeof *table->by_offset);
    table->by_name.items = lnt_arena_take(arena, n_keys, sizeof *table->by_name.items);
    table->shapes = lnt_arena_take(arena, table->n_shapes, sizeof *table->shapes);
}

static lnt_status read_metadata(lnt_st_table *table, lnt_json_cursor *cursor, const char *path,
                                const lnt_allocator *allocator, lnt_error *error)
{
    if (table->has_metadata) {
        return lnt_file_fail(error, LNT_ERR_FORMAT, path,
                             "header: duplicate key '" LNT_ST_METADATA_KEY "'");
    }
    table->has_metadata = true;
    const lnt_json_context source = {path, "header"};
    return lnt_name_map_read(&table->metadata, cursor, source, LNT_ST_METADATA_KEY, allocator,
                             error);
}

static lnt_status read_entries(lnt_st_table *table, lnt_json_cursor *cursor, const char *path,
                               const lnt_allocator *allocator, lnt_error *error)
{
    size_t *shape = table->shapes;
    while (lnt_json_more(cursor, '}')) {
        const char *name = lnt_json_take_key(cursor);
        if (strcmp(name, LNT_ST_METADATA_KEY) == 0) {
            LNT_TRY(read_metadata(table, cursor, path, allocator, error));
            continue;
        }
        lnt_st_entry *entry = &table->entries[table->count++];
        entry->tensor.name = name;
        entry->tensor.shape = shape;
        const size_t capacity = table->n_shapes - (size_t) (shape - table->shapes);
        const tensor_reader reader = {cursor, entry, shape, capacity};
        LNT_TRY(read_entry(&reader, path, error));
        shape += entry->tensor.rank;
    }
    return LNT_OK;
}

static int by_begin(const void *a, const void *b)
{
    const lnt_st_location *x = a, *y = b;
    if (x->begin != y->begin) {
        return x->begin < y->begin ? -1 : 1;
    }
    if (x->entry->bytes != y->entry->bytes) {
        return x->entry->bytes < y->entry->bytes ? -1 : 1;
    }
    return strcmp(x->entry->tensor.name, y->entry->tensor.name);
}

static void sort_by_offset(lnt_st_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        table->by_offset[i] = (lnt_st_location){table->entries[i].begin, &table->entries[i]};
    }
    qsort(table->by_offset, table->count, sizeof *table->by_offset, by_begin);
}

/* The ranges must follow each other from the first byte of the data to the last. */
static lnt_status check_cover(const lnt_st_table *table, size_t data_bytes, const char *path,
                              lnt_error *error)
{
    size_t end = 0;
    for (size_t i = 0; i < table->count; i++) {
        const lnt_st_entry *entry = table->by_offset[i].entry;
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

static lnt_status index_names(lnt_st_table *table, const char *path, lnt_error *error)
{
    for (size_t i = 0; i < table->count; i++) {
        lnt_name_map_add(&table->by_name, table->entries[i].tensor.name, &table->entries[i]);
    }
    const char *twice = lnt_name_map_sort(&table->by_name);
    return twice == NULL ? LNT_OK
                         : lnt_file_fail(error, LNT_ERR_FORMAT, path, "header: duplicate key '%s'",
                                         lnt_excerpt_of(twice).text);
}

static lnt_status fill(lnt_st_table *table, char *header, size_t n_keys, size_t data_bytes,
                       const char *path, const lnt_allocator *allocator, lnt_error *error)
{
    lnt_json_cursor cursor = {header};
    lnt_arena arena = {0};
    (void) lnt_json_enter(&cursor, '{');
    location(&arena, table, n_keys);
    if (lnt_arena_open(&arena, allocator) != LNT_OK) {
        return lnt_file_fail_memory(error, path);
    }
    location(&arena, table, n_keys);
    LNT_TRY(read_entries(table, &cursor, path, allocator, error));
    sort_by_offset(table);
    LNT_TRY(index_names(table, path, error));
    return check_cover(table, data_bytes, path, error);
}

lnt_status lnt_st_table_init(lnt_st_table *table, char *header, size_t length, size_t data_bytes,
                             const char *path, const lnt_allocator *allocator, lnt_error *error)
{
    *table = (lnt_st_table){0};
    const lnt_json_context source = {path, "header"};
    lnt_json_size size;
    LNT_TRY(lnt_json_check(header, length, MAX_DEPTH, source, &size, error));
    table->n_shapes = size.numbers;
    const size_t most =
        length / MIN_ENTRY_BYTES + 1; /* what is shorter is refused before the next */
    const size_t n_keys = size.items < most ? size.items : most;
    const lnt_status status = fill(table, header, n_keys, data_bytes, path, allocator, error);
    if (status != LNT_OK) {
        lnt_st_table_clear(table, allocator);
    }
    return status;
}

void lnt_st_table_clear(lnt_st_table *table, const lnt_allocator *allocator)
{
    lnt_release(allocator, table->entries);
    lnt_name_map_clear(&table->metadata, allocator);
    *table = (lnt_st_table){0};
}
