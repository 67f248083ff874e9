/* SPDX-License-Identifier: MIT */
#include "data/stream/row_reader.h"

#include "data/table/frame.h"
#include "data/table/names.h"
#include <string.h>

/* Bytes that are read at once where columns are picked. */
#define CHUNK_BYTES ((size_t) 256 * 1024)

const lnt_allocator *lnt_row_reader_allocator(const lnt_row_reader *file)
{
    return file->owner.custom ? &file->owner.allocator : NULL;
}

void lnt_row_reader_close(lnt_row_reader *file)
{
    if (file == NULL) {
        return;
    }
    const lnt_owner owner = file->owner;
    file->ops->close(file);
    lnt_input_close(&file->input);
    for (size_t j = 0; file->labels != NULL && j < file->cols; j++) {
        lnt_names_destroy(file->labels[j]);
    }
    lnt_names_destroy(file->columns);
    lnt_owner_release(owner, file->labels);
    lnt_owner_release(owner, file->path);
    lnt_owner_release(owner, file);
}

/* --- failures --- */

lnt_status lnt_row_reader_no_memory(lnt_row_reader *file)
{
    return lnt_fail(&file->error, LNT_ERR_MEMORY, "%s: out of memory", file->path);
}

lnt_status lnt_row_reader_changed(lnt_row_reader *file)
{
    return lnt_fail(&file->error, LNT_ERR_IO, "%s: has changed since it was opened", file->path);
}

/* A file without a readable time is not what it was, either. */
static lnt_status check_stamp(lnt_row_reader *file)
{
    struct stat now;
    const struct stat *then = &file->stamp;
    const bool same = fstat(file->input.file, &now) == 0 && now.st_size == then->st_size &&
                      now.st_mtim.tv_sec == then->st_mtim.tv_sec &&
                      now.st_mtim.tv_nsec == then->st_mtim.tv_nsec;
    return same ? LNT_OK : lnt_row_reader_changed(file);
}

/* --- what is known of it --- */

size_t lnt_row_reader_rows(const lnt_row_reader *file)
{
    return file != NULL ? file->rows : 0;
}

size_t lnt_row_reader_cols(const lnt_row_reader *file)
{
    return file != NULL ? file->cols : 0;
}

lnt_dtype lnt_row_reader_dtype(const lnt_row_reader *file)
{
    return file != NULL ? file->dtype : (lnt_dtype) 0;
}

size_t lnt_row_reader_dropped(const lnt_row_reader *file)
{
    return file != NULL ? file->dropped : 0;
}

const lnt_names *lnt_row_reader_columns(const lnt_row_reader *file)
{
    return file != NULL ? file->columns : NULL;
}

const lnt_names *lnt_row_reader_labels(const lnt_row_reader *file, size_t column)
{
    const bool there = file != NULL && file->labels != NULL && column < file->cols;
    return there ? file->labels[column] : NULL;
}

bool lnt_row_reader_in_order(const lnt_row_reader *file)
{
    return file != NULL && file->in_order;
}

/* --- reading --- */

lnt_status lnt_row_reader_read(lnt_row_reader *file, size_t first, const lnt_tensor *rows,
                               lnt_error *error)
{
    if (file == NULL || rows == NULL || (rows->data == NULL && rows->rows > 0)) {
        return lnt_fail(error, LNT_ERR_NULL, "file and rows are required");
    }
    if (rows->dtype != file->dtype) {
        return lnt_fail(error, LNT_ERR_DTYPE, "rows is %s, the file is read as %s",
                        lnt_dtype_name(rows->dtype), lnt_dtype_name(file->dtype));
    }
    if (rows->cols != file->cols || first > file->rows || rows->rows > file->rows - first) {
        return lnt_fail(error, LNT_ERR_SHAPE,
                        "%s: rows is [%zu, %zu] from row %zu, the file has [%zu, %zu]", file->path,
                        rows->rows, rows->cols, first + 1, file->rows, file->cols);
    }
    lnt_status status = check_stamp(file);
    if (status == LNT_OK && rows->rows > 0) {
        status = file->ops->read(file, first, rows);
    }
    if (status != LNT_OK && error != NULL) {
        *error = file->error;
    }
    return status;
}

/* A frame with the names and labels of columns, and room for `rows` rows. */
static lnt_status make_frame(const lnt_row_reader *file, const size_t *columns, size_t count,
                             size_t rows, lnt_frame **frame)
{
    const lnt_allocator *const allocator = lnt_row_reader_allocator(file);
    size_t length = 0;
    for (size_t j = 0; j < count; j++) {
        length += strlen(lnt_names_get(file->columns, columns != NULL ? columns[j] : j));
    }
    lnt_names *names;
    LNT_TRY(lnt_names_begin(&names, count, length, allocator));
    for (size_t j = 0; j < count; j++) {
        const char *const name = lnt_names_get(file->columns, columns != NULL ? columns[j] : j);
        lnt_names_put(names, name, strlen(name));
    }
    lnt_status status = lnt_frame_create(frame, file->dtype, names, allocator);
    if (status != LNT_OK) {
        lnt_names_destroy(names);
        return status;
    }
    for (size_t j = 0; status == LNT_OK && j < count; j++) {
        const lnt_names *labels = lnt_row_reader_labels(file, columns != NULL ? columns[j] : j);
        status = labels == NULL ? LNT_OK : lnt_names_copy(&(*frame)->labels[j], labels, allocator);
    }
    if (status == LNT_OK && rows > 0) {
        (*frame)->data = lnt_allocate(allocator, rows, count * lnt_dtype_size(file->dtype));
        status = (*frame)->data != NULL ? LNT_OK : LNT_ERR_MEMORY;
    }
    if (status != LNT_OK) {
        lnt_frame_destroy(*frame);
        *frame = NULL;
        return status;
    }
    (*frame)->rows = rows;
    (*frame)->dropped = file->dropped;
    return LNT_OK;
}

static lnt_status pick(const lnt_tensor *from, const size_t *columns, size_t count, size_t first,
                       const lnt_tensor *to)
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

static lnt_status fill_frame(lnt_row_reader *file, const size_t *columns, size_t count,
                             lnt_frame *frame, lnt_error *error)
{
    const size_t row_bytes = file->cols * lnt_dtype_size(file->dtype);
    const size_t most = row_bytes < CHUNK_BYTES ? CHUNK_BYTES / row_bytes : 1;
    const lnt_allocator *const allocator = lnt_row_reader_allocator(file);
    void *memory = lnt_allocate(allocator, most, row_bytes);
    if (memory == NULL) {
        return lnt_fail(error, LNT_ERR_MEMORY, "%s: out of memory", file->path);
    }
    const lnt_tensor values = lnt_frame_values(frame);
    lnt_status status = LNT_OK;
    for (size_t first = 0; status == LNT_OK && first < file->rows; first += most) {
        const size_t rows = file->rows - first < most ? file->rows - first : most;
        const lnt_tensor chunk = lnt_tensor_view(file->dtype, memory, rows, file->cols);
        status = lnt_row_reader_read(file, first, &chunk, error);
        if (status == LNT_OK) {
            status = pick(&chunk, columns, count, first, &values);
        }
    }
    lnt_release(allocator, memory);
    return status;
}

lnt_status lnt_row_reader_columns_frame(lnt_row_reader *file, const size_t *columns, size_t count,
                                        lnt_frame **frame, lnt_error *error)
{
    if (frame == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "frame is required");
    }
    *frame = NULL;
    if (file == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "file is required");
    }
    for (size_t j = 0; columns != NULL && j < count; j++) {
        if (columns[j] >= file->cols) {
            return lnt_fail(error, LNT_ERR_INVALID, "column index %zu is outside the file's %zu",
                            columns[j], file->cols);
        }
    }
    const size_t rows = columns != NULL ? file->rows : 0;
    if (make_frame(file, columns, columns != NULL ? count : file->cols, rows, frame) != LNT_OK) {
        return lnt_fail(error, LNT_ERR_MEMORY, "%s: out of memory", file->path);
    }
    const lnt_status status = rows == 0 ? LNT_OK : fill_frame(file, columns, count, *frame, error);
    if (status != LNT_OK) {
        lnt_frame_destroy(*frame);
        *frame = NULL;
    }
    return status;
}
