/* SPDX-License-Identifier: MIT */
#include "base/files/atomic_file.h"
#include "base/files/file_error.h"
#include "base/files/little_endian.h"
#include "base/text/quote.h"
#include "io/json/text.h"
#include "io/safetensors/table.h"

#include <stdint.h>
#include <string.h>

#define LENGTH_BYTES 8
#define HEADER_ALIGNMENT 8 /* of the data in the file, by padding the header with blanks */

/* Wider elements go first, so that each tensor starts at a multiple of its own element. */
static const size_t widths[] = {64, 32, 16, 8, 6, 4};

enum { N_WIDTHS = sizeof widths / sizeof widths[0] };

typedef struct st_writer {
    const char *path;
    const lnt_st_item *items;
    size_t n_items;
    json_t *header;
    size_t end; /* of the data listed so far */
    lnt_atomic_file file;
    lnt_error *error;
} st_writer;

typedef lnt_status (*item_visitor)(st_writer *writer, const lnt_st_item *item);

static lnt_status each_item(st_writer *writer, item_visitor visit)
{
    for (size_t w = 0; w < N_WIDTHS; w++) {
        for (size_t i = 0; i < writer->n_items; i++) {
            if (lnt_st_dtype_bits(writer->items[i].tensor.dtype) == widths[w]) {
                LNT_TRY(visit(writer, &writer->items[i]));
            }
        }
    }
    return LNT_OK;
}

/* --- the header --- */

static json_t *integers(const size_t *values, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; array != NULL && i < count; i++) {
        const uint64_t value = values[i];
        if (value > INT64_MAX ||
            json_array_append_new(array, json_integer((json_int_t) value)) != 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

static lnt_status check_name(const st_writer *writer, const char *name)
{
    if (!lnt_text_is_utf8(name, strlen(name))) {
        return lnt_file_fail(writer->error, LNT_ERR_INVALID, writer->path,
                             "tensor '%s': its name is not UTF-8", lnt_excerpt_of(name).text);
    }
    if (strcmp(name, LNT_ST_METADATA_KEY) == 0 || json_object_get(writer->header, name) != NULL) {
        return lnt_file_fail(writer->error, LNT_ERR_INVALID, writer->path,
                             "tensor '%s': its name is taken", lnt_excerpt_of(name).text);
    }
    return LNT_OK;
}

/* NULL without memory. */
static json_t *fields_json(const lnt_st_tensor *tensor, size_t begin, size_t end)
{
    const size_t offsets[2] = {begin, end};
    json_t *fields = json_object();
    if (fields == NULL ||
        !lnt_json_put(fields, "dtype", json_string(lnt_st_dtype_name(tensor->dtype))) ||
        !lnt_json_put(fields, "shape", integers(tensor->shape, tensor->rank)) ||
        !lnt_json_put(fields, "data_offsets", integers(offsets, 2))) {
        json_decref(fields);
        return NULL;
    }
    return fields;
}

static lnt_status list_item(st_writer *writer, const lnt_st_item *item)
{
    const lnt_st_tensor *tensor = &item->tensor;
    LNT_TRY(check_name(writer, tensor->name));
    size_t bytes = 0;
    const lnt_status status = lnt_st_tensor_bytes(tensor, &bytes);
    if (status != LNT_OK || bytes > PTRDIFF_MAX - writer->end) {
        return lnt_file_fail(writer->error, status != LNT_OK ? status : LNT_ERR_TOO_LARGE,
                             writer->path, "tensor '%s': its shape does not fit its dtype",
                             lnt_excerpt_of(tensor->name).text);
    }
    json_t *fields = fields_json(tensor, writer->end, writer->end + bytes);
    writer->end += bytes;
    return lnt_json_put(writer->header, tensor->name, fields)
               ? LNT_OK
               : lnt_file_fail_memory(writer->error, writer->path);
}

static lnt_status build_header(st_writer *writer, json_t *metadata)
{
    writer->header = json_object();
    if (writer->header == NULL ||
        json_object_set(writer->header, LNT_ST_METADATA_KEY, metadata) != 0) {
        return lnt_file_fail_memory(writer->error, writer->path);
    }
    return each_item(writer, list_item);
}

/* --- the file --- */

static lnt_status write_chunk(void *context, const void *chunk, size_t bytes)
{
    st_writer *writer = context;
    return lnt_atomic_write(&writer->file, chunk, bytes, writer->error);
}

static lnt_status write_item(st_writer *writer, const lnt_st_item *item)
{
    size_t bytes = 0;
    LNT_TRY(lnt_st_tensor_bytes(&item->tensor, &bytes));
    return lnt_each_chunk(item->data, bytes, lnt_st_dtype_word(item->tensor.dtype),
                          lnt_host_is_big_endian(), write_chunk, writer);
}

/* The header's length and text, padded; one block for the caller to release. */
static lnt_status dump_header(st_writer *writer, char **block, size_t *bytes)
{
    const size_t length = json_dumpb(writer->header, NULL, 0, JSON_COMPACT);
    if (length > LNT_ST_MAX_HEADER - HEADER_ALIGNMENT) {
        return lnt_file_fail(writer->error, LNT_ERR_TOO_LARGE, writer->path,
                             "its header would have %zu bytes; at most %zu are allowed", length,
                             LNT_ST_MAX_HEADER);
    }
    const size_t padded = (length + HEADER_ALIGNMENT - 1) / HEADER_ALIGNMENT * HEADER_ALIGNMENT;
    char *text = length > 0 ? lnt_allocate(NULL, LENGTH_BYTES + padded, 1) : NULL;
    if (text == NULL ||
        json_dumpb(writer->header, text + LENGTH_BYTES, length, JSON_COMPACT) != length) {
        lnt_release(NULL, text);
        return lnt_file_fail_memory(writer->error, writer->path);
    }
    lnt_put_little_endian_u64(padded, (unsigned char *) text);
    memset(text + LENGTH_BYTES + length, ' ', padded - length);
    *block = text;
    *bytes = LENGTH_BYTES + padded;
    return LNT_OK;
}

static lnt_status write_parts(st_writer *writer, const char *header, size_t bytes)
{
    LNT_TRY(lnt_atomic_open(&writer->file, writer->path, writer->error));
    LNT_TRY(lnt_atomic_write(&writer->file, header, bytes, writer->error));
    LNT_TRY(each_item(writer, write_item));
    return lnt_atomic_commit(&writer->file, writer->error);
}

lnt_status lnt_st_write(const char *path, const lnt_st_item *items, size_t n_items,
                        json_t *metadata, lnt_error *error)
{
    st_writer writer = {.path = path, .items = items, .n_items = n_items, .error = error};
    char *header = NULL;
    size_t bytes = 0;
    lnt_status status = build_header(&writer, metadata);
    if (status == LNT_OK) {
        status = dump_header(&writer, &header, &bytes);
    }
    json_decref(writer.header);
    if (status == LNT_OK) {
        status = write_parts(&writer, header, bytes);
        lnt_release(NULL, header);
    }
    return status;
}
