/* SPDX-License-Identifier: MIT */
#include "data/columns.h"
#include "data/npy.h"
#include "data/row_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Bytes that are read at once; the longest header fits, too. */
#define BUFFER ((size_t) 256 * 1024)

typedef struct array_file {
    lnt_row_file file;
    int descriptor; /* −1: not open */
    char *buffer;   /* of numbers as they are in the file */
    lnt_scalar scalar;
    off_t offset; /* of the first number */
} array_file;

static void close_array(lnt_row_file *file)
{
    array_file *f = (array_file *) file;
    if (f->descriptor >= 0) {
        close(f->descriptor);
    }
    lnt_owner_release(file->owner, f->buffer);
}

/* Reads until `size` bytes are there or the file ends. */
static lnt_status read_at(const array_file *f, off_t offset, void *to, size_t size, size_t *count,
                          lnt_error *error)
{
    *count = 0;
    while (*count < size) {
        const ssize_t got =
            pread(f->descriptor, (char *) to + *count, size - *count, offset + (off_t) *count);
        if (got == 0) {
            break;
        }
        if (got > 0) {
            *count += (size_t) got;
        } else if (errno != EINTR) {
            return lnt_row_file_io(&f->file, "read", error);
        }
    }
    return LNT_OK;
}

/* --- opening --- */

static lnt_status open_descriptor(array_file *f, lnt_error *error)
{
    do {
        f->descriptor = open(f->file.path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    } while (f->descriptor < 0 && errno == EINTR);
    if (f->descriptor < 0) {
        return lnt_row_file_io(&f->file, "open", error);
    }
    LNT_TRY(lnt_row_file_stamp(&f->file, f->descriptor, error));
    return S_ISREG(f->file.stamp.st_mode)
               ? LNT_OK
               : lnt_fail(error, LNT_ERR_IO, "%s: expected a regular file", f->file.path);
}

static lnt_status check_header(const array_file *f, const lnt_npy_header *header, lnt_error *error)
{
    const char *path = f->file.path;
    const uint64_t size = (uint64_t) f->file.stamp.st_size;
    if (header->bytes > size || header->offset > size - header->bytes) {
        return lnt_fail(error, LNT_ERR_FORMAT,
                        "%s: expected %zu bytes of [%zu, %zu] numbers from byte %zu, found a file "
                        "of %llu bytes",
                        path, header->bytes, header->rows, header->cols, header->offset,
                        (unsigned long long) size);
    }
    if (header->rows == 0 || header->cols == 0) {
        return lnt_fail(error, LNT_ERR_SHAPE, "%s: expected rows of numbers, found [%zu, %zu]",
                        path, header->rows, header->cols);
    }
    if (header->fortran && header->rows > 1 && header->cols > 1) {
        return lnt_fail(error, LNT_ERR_FORMAT,
                        "%s: expected an array in C order, whose rows are together, found Fortran "
                        "order: save numpy.ascontiguousarray(array) instead",
                        path);
    }
    return LNT_OK;
}

static lnt_status read_header(array_file *f, lnt_error *error)
{
    lnt_row_file *file = &f->file;
    lnt_npy_header header;
    size_t count;
    LNT_TRY(read_at(f, 0, f->buffer, LNT_NPY_LONGEST_BEGIN, &count, error));
    if (!lnt_npy_is(f->buffer, count)) {
        return lnt_fail(error, LNT_ERR_FORMAT, "%s: expected an .npy file, found something else",
                        file->path);
    }
    LNT_TRY(lnt_npy_header_read(&header, f->buffer, count, file->path, error));
    LNT_TRY(check_header(f, &header, error));
    f->scalar = header.scalar;
    f->offset = (off_t) header.offset;
    file->rows = header.rows;
    file->cols = header.cols;
    return LNT_OK;
}

static lnt_status open_array(array_file *f, lnt_error *error)
{
    const lnt_allocator *const allocator = lnt_row_file_allocator(&f->file);
    LNT_TRY(open_descriptor(f, error));
    f->buffer = lnt_allocate(allocator, BUFFER, 1);
    if (f->buffer == NULL) {
        return lnt_row_file_no_memory(&f->file, error);
    }
    LNT_TRY(read_header(f, error));
    return lnt_columns_made_up(&f->file.columns, f->file.cols, allocator) == LNT_OK
               ? LNT_OK
               : lnt_row_file_no_memory(&f->file, error);
}

/* --- reading --- */

/* Rows that lie as they are to be, straight from the file. */
static lnt_status read_straight(const array_file *f, off_t offset, const lnt_tensor *rows,
                                lnt_error *error)
{
    const size_t bytes = rows->rows * rows->cols * f->scalar.size;
    size_t count;
    LNT_TRY(read_at(f, offset, rows->data, bytes, &count, error));
    return count == bytes ? LNT_OK : lnt_row_file_changed(&f->file, error);
}

/* Numbers first, first + 1, … of a matrix, row by row. */
static void convert(const array_file *f, size_t first, size_t count, const lnt_tensor *rows)
{
    const char *from = f->buffer;
    while (count > 0) {
        const size_t i = first / rows->cols, j = first % rows->cols;
        const size_t left = rows->cols - j, now = count < left ? count : left;
        lnt_scalar_convert(f->scalar, from, now, rows->dtype, lnt_element(rows, i, j),
                           rows->col_stride);
        from += now * f->scalar.size;
        first += now;
        count -= now;
    }
}

static lnt_status read_array(lnt_row_file *file, size_t first, const lnt_tensor *rows,
                             lnt_error *error)
{
    array_file *f = (array_file *) file;
    const size_t size = f->scalar.size, total = rows->rows * rows->cols;
    const off_t offset = f->offset + (off_t) (first * rows->cols * size);
    const bool dense = rows->col_stride == 1 && rows->row_stride == (ptrdiff_t) rows->cols;
    if (dense && lnt_scalar_is(f->scalar, rows->dtype)) {
        return read_straight(f, offset, rows, error);
    }
    for (size_t done = 0, count; done < total; done += count) {
        count = total - done < BUFFER / size ? total - done : BUFFER / size;
        size_t bytes;
        LNT_TRY(read_at(f, offset + (off_t) (done * size), f->buffer, count * size, &bytes, error));
        if (bytes != count * size) {
            return lnt_row_file_changed(file, error);
        }
        convert(f, done, count, rows);
    }
    return LNT_OK;
}

lnt_status lnt_row_file_open_array(lnt_row_file **file, const char *path, lnt_dtype dtype,
                                   const lnt_allocator *allocator, lnt_error *error)
{
    static const lnt_row_ops ops = {read_array, close_array};
    if (file == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "file is required");
    }
    *file = NULL;
    if (path == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "path is required");
    }
    if (dtype != LNT_F32 && dtype != LNT_F64) {
        return lnt_fail(error, LNT_ERR_DTYPE, "dtype: expected f32 or f64, found %s",
                        lnt_dtype_name(dtype));
    }
    lnt_row_file *opened;
    LNT_TRY(lnt_row_file_begin(&opened, sizeof(array_file), &ops, path, allocator, error));
    opened->dtype = dtype;
    ((array_file *) opened)->descriptor = -1;
    const lnt_status status = open_array((array_file *) opened, error);
    if (status != LNT_OK) {
        lnt_row_file_close(opened);
        return status;
    }
    *file = opened;
    return LNT_OK;
}
