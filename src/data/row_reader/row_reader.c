/* SPDX-License-Identifier: MIT */
#include "data/row_reader/row_reader.h"

#include "data/table/frame.h"
#include "data/table/names.h"
#include <string.h>

/* Bytes of a chunk when columns are read. */
#define CHUNK_BYTES ((size_t) 256 * 1024)

const lnt_allocator *lnt_row_reader_allocator(const lnt_row_reader *reader)
{
    return reader->owner.custom ? &reader->owner.allocator : NULL;
}

void lnt_row_reader_close(lnt_row_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    const lnt_owner owner = reader->owner;
    reader->ops->close(reader);
    lnt_input_close(&reader->input);
    for (size_t j = 0; reader->labels != NULL && j < reader->cols; j++) {
        lnt_names_destroy(reader->labels[j]);
    }
    lnt_names_destroy(reader->columns);
    lnt_owner_release(owner, reader->labels);
    lnt_owner_release(owner, reader->path);
    lnt_owner_release(owner, reader);
}

/* --- failures --- */

lnt_status lnt_row_reader_no_memory(lnt_row_reader *reader)
{
    return lnt_fail(&reader->error, LNT_ERR_MEMORY, "%s: out of memory", reader->path);
}

lnt_status lnt_row_reader_changed(lnt_row_reader *reader)
{
    return lnt_fail(&reader->error, LNT_ERR_IO, "%s: changed since it was opened", reader->path);
}

/* A file whose time cannot be read counts as changed. */
static lnt_status check_unchanged(lnt_row_reader *reader)
{
    struct stat now;
    const struct stat *then = &reader->opened;
    const bool same = fstat(reader->input.file, &now) == 0 && now.st_size == then->st_size &&
                      now.st_mtim.tv_sec == then->st_mtim.tv_sec &&
                      now.st_mtim.tv_nsec == then->st_mtim.tv_nsec;
    return same ? LNT_OK : lnt_row_reader_changed(reader);
}

/* --- properties --- */

size_t lnt_row_reader_rows(const lnt_row_reader *reader)
{
    return reader != NULL ? reader->rows : 0;
}

size_t lnt_row_reader_cols(const lnt_row_reader *reader)
{
    return reader != NULL ? reader->cols : 0;
}

lnt_dtype lnt_row_reader_dtype(const lnt_row_reader *reader)
{
    return reader != NULL ? reader->dtype : (lnt_dtype) 0;
}

size_t lnt_row_reader_rows_dropped(const lnt_row_reader *reader)
{
    return reader != NULL ? reader->dropped : 0;
}

const lnt_names *lnt_row_reader_columns(const lnt_row_reader *reader)
{
    return reader != NULL ? reader->columns : NULL;
}

const lnt_names *lnt_row_reader_labels(const lnt_row_reader *reader, size_t column)
{
    const bool found = reader != NULL && reader->labels != NULL && column < reader->cols;
    return found ? reader->labels[column] : NULL;
}

bool lnt_row_reader_is_sequential(const lnt_row_reader *reader)
{
    return reader != NULL && reader->sequential;
}

/* --- reading --- */

lnt_status lnt_row_reader_read(lnt_row_reader *reader, size_t first, const lnt_tensor *rows,
                               lnt_error *error)
{
    if (reader == NULL || rows == NULL || (rows->data == NULL && rows->rows > 0)) {
        return lnt_fail(error, LNT_ERR_NULL, "reader and rows are required");
    }
    if (rows->dtype != reader->dtype) {
        return lnt_fail(error, LNT_ERR_DTYPE, "rows is %s, the file is read as %s",
                        lnt_dtype_name(rows->dtype), lnt_dtype_name(reader->dtype));
    }
    if (rows->cols != reader->cols || first > reader->rows || rows->rows > reader->rows - first) {
        return lnt_fail(
            error, LNT_ERR_SHAPE, "%s: rows is [%zu, %zu] from row %zu, the file has [%zu, %zu]",
            reader->path, rows->rows, rows->cols, first + 1, reader->rows, reader->cols);
    }
    lnt_status status = check_unchanged(reader);
    if (status == LNT_OK && rows->rows > 0) {
        status = reader->ops->read(reader, first, rows);
    }
    if (status != LNT_OK && error != NULL) {
        *error = reader->error;
    }
    return status;
}

/* A frame with the names and labels of columns, and memory for `rows` rows. */
static lnt_status make_frame(const lnt_row_reader *reader, const size_t *columns, size_t count,
                             size_t rows, lnt_frame **frame)
{
    const lnt_allocator *const allocator = lnt_row_reader_allocator(reader);
    size_t length = 0;
    for (size_t j = 0; j < count; j++) {
        length += strlen(lnt_names_get(reader->columns, columns != NULL ? columns[j] : j));
    }
    lnt_names *names;
    LNT_TRY(lnt_names_allocate(&names, count, length, allocator));
    for (size_t j = 0; j < count; j++) {
        const char *const name = lnt_names_get(reader->columns, columns != NULL ? columns[j] : j);
        lnt_names_append(names, name, strlen(name));
    }
    lnt_status status = lnt_frame_create(frame, reader->dtype, names, allocator);
    if (status != LNT_OK) {
        lnt_names_destroy(names);
        return status;
    }
    for (size_t j = 0; status == LNT_OK && j < count; j++) {
        const lnt_names *labels = lnt_row_reader_labels(reader, columns != NULL ? columns[j] : j);
        status = labels == NULL ? LNT_OK : lnt_names_copy(&(*frame)->labels[j], labels, allocator);
    }
    if (status == LNT_OK && rows > 0) {
        (*frame)->data = lnt_allocate(allocator, rows, count * lnt_dtype_size(reader->dtype));
        status = (*frame)->data != NULL ? LNT_OK : LNT_ERR_MEMORY;
    }
    if (status != LNT_OK) {
        lnt_frame_destroy(*frame);
        *frame = NULL;
        return status;
    }
    (*frame)->rows = rows;
    (*frame)->dropped = reader->dropped;
    return LNT_OK;
}

static lnt_status copy_columns(const lnt_tensor *from, const size_t *columns, size_t count,
                               size_t first, const lnt_tensor *to)
{
    lnt_tensor rows;
    LNT_TRY(lnt_slice_rows(to, first, from->rows, 1, &rows));
    for (size_t j = 0; j < count; j++) {
        lnt_tensor source, target;
        LNT_TRY(lnt_slice_cols(from, columns[j], 1, 1, &source));
        LNT_TRY(lnt_slice_cols(&rows, j, 1, 1, &target));
        LNT_TRY(lnt_copy(&source, &target));
    }
    return LNT_OK;
}

static lnt_status fill_frame(lnt_row_reader *reader, const size_t *columns, size_t count,
                             lnt_frame *frame, lnt_error *error)
{
    const size_t row_bytes = reader->cols * lnt_dtype_size(reader->dtype);
    const size_t most = row_bytes < CHUNK_BYTES ? CHUNK_BYTES / row_bytes : 1;
    const lnt_allocator *const allocator = lnt_row_reader_allocator(reader);
    void *memory = lnt_allocate(allocator, most, row_bytes);
    if (memory == NULL) {
        return lnt_fail(error, LNT_ERR_MEMORY, "%s: out of memory", reader->path);
    }
    const lnt_tensor values = lnt_frame_values(frame);
    lnt_status status = LNT_OK;
    for (size_t first = 0; status == LNT_OK && first < reader->rows; first += most) {
        const size_t rows = reader->rows - first < most ? reader->rows - first : most;
        const lnt_tensor chunk = lnt_tensor_view(reader->dtype, memory, rows, reader->cols);
        status = lnt_row_reader_read(reader, first, &chunk, error);
        if (status == LNT_OK) {
            status = copy_columns(&chunk, columns, count, first, &values);
        }
    }
    lnt_release(allocator, memory);
    return status;
}

lnt_status lnt_row_reader_read_columns(lnt_row_reader *reader, const size_t *columns, size_t count,
                                       lnt_frame **frame, lnt_error *error)
{
    if (frame == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "frame is required");
    }
    *frame = NULL;
    if (reader == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "reader is required");
    }
    for (size_t j = 0; columns != NULL && j < count; j++) {
        if (columns[j] >= reader->cols) {
            return lnt_fail(error, LNT_ERR_INVALID, "column index %zu is outside the file's %zu",
                            columns[j], reader->cols);
        }
    }
    const size_t rows = columns != NULL ? reader->rows : 0;
    if (make_frame(reader, columns, columns != NULL ? count : reader->cols, rows, frame) !=
        LNT_OK) {
        return lnt_fail(error, LNT_ERR_MEMORY, "%s: out of memory", reader->path);
    }
    const lnt_status status =
        rows == 0 ? LNT_OK : fill_frame(reader, columns, count, *frame, error);
    if (status != LNT_OK) {
        lnt_frame_destroy(*frame);
        *frame = NULL;
    }
    return status;
}
