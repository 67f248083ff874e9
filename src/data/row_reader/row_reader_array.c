/* SPDX-License-Identifier: MIT */
#include "data/arrays/array.h"
#include "data/arrays/idx.h"
#include "data/input/inflate.h"
#include "data/row_reader/row_reader.h"

#include <string.h>

/* Bytes that are converted, or skipped, at once. */
#define BUFFER ((size_t) 256 * 1024)

typedef struct array_file {
    lnt_row_reader reader;
    lnt_read_options options;
    lnt_table table; /* for column names, skipped columns and error messages; without a matrix */
    bool compressed;
    lnt_inflate *inflate; /* open while a compressed file is read */
    size_t offset;        /* current byte offset in the elements of a compressed file */
    lnt_npy_info header;
    char *buffer;
} array_file;

static void close_array(lnt_row_reader *reader)
{
    array_file *f = (array_file *) reader;
    lnt_inflate_close(f->inflate);
    lnt_release(lnt_row_reader_allocator(reader), f->table.skipped);
    lnt_release(lnt_row_reader_allocator(reader), f->buffer);
}

/* --- bytes --- */

static lnt_status begin_stream(array_file *f, lnt_stream *stream)
{
    *stream = lnt_input_stream(&f->reader.input);
    if (!f->compressed) {
        return LNT_OK;
    }
    lnt_inflate_close(f->inflate);
    f->inflate = NULL;
    LNT_TRY(lnt_inflate_open(&f->inflate, stream, lnt_row_reader_allocator(&f->reader)));
    *stream = lnt_inflate_stream(f->inflate);
    return LNT_OK;
}

static lnt_status read_header(array_file *f)
{
    lnt_stream stream;
    const char *bytes;
    size_t count;
    LNT_TRY(lnt_input_rewind(&f->reader.input));
    LNT_TRY(lnt_input_peek(&f->reader.input, &bytes, &count));
    const bool npy = f->reader.format == LNT_DATA_NPY;
    f->compressed = !npy && lnt_gzip_is(bytes, count);
    LNT_TRY(begin_stream(f, &stream));
    LNT_TRY(npy ? lnt_array_read_header(&f->header, &stream)
                : lnt_idx_read_header(&f->header, &stream));
    f->offset = 0;
    return lnt_array_check_size(&stream, &f->header);
}

/* Reads the next bytes of a compressed file. */
static lnt_status read_compressed(array_file *f, void *to, size_t size)
{
    const lnt_stream stream = lnt_inflate_stream(f->inflate);
    size_t count;
    LNT_TRY(stream.read(stream.context, to, size, &count));
    f->offset += count;
    return count == size ? LNT_OK
                         : lnt_fail(&f->reader.error, LNT_ERR_FORMAT,
                                    "%s: expected %zu bytes of elements by the header, found %zu",
                                    f->reader.path, f->header.bytes, f->offset);
}

static lnt_status skip_to(array_file *f, size_t offset)
{
    while (f->offset < offset) {
        const size_t left = offset - f->offset;
        LNT_TRY(read_compressed(f, f->buffer, left < BUFFER ? left : BUFFER));
    }
    return LNT_OK;
}

/* Reads `size` bytes of the elements, from byte `offset` of the elements on. */
static lnt_status read_bytes(array_file *f, size_t offset, void *to, size_t size)
{
    size_t count;
    if (f->compressed) {
        if (f->inflate == NULL || offset < f->offset) {
            LNT_TRY(read_header(f));
        }
        LNT_TRY(skip_to(f, offset));
        return read_compressed(f, to, size);
    }
    LNT_TRY(lnt_input_seek(&f->reader.input, f->header.offset + offset));
    LNT_TRY(lnt_input_read(&f->reader.input, to, size, &count));
    return count == size ? LNT_OK : lnt_row_reader_changed(&f->reader);
}

/* --- opening --- */

static lnt_status check_order(array_file *f)
{
    const lnt_npy_info *h = &f->header;
    const char *path = f->reader.path;
    if (h->rank == 0) {
        return lnt_fail(&f->reader.error, LNT_ERR_FORMAT,
                        "%s: expected a table, found a single number", path);
    }
    if (h->fortran && h->rows > 1 && h->cols > 1) {
        return lnt_fail(
            &f->reader.error, LNT_ERR_INVALID,
            "%s: expected C order, in which rows are contiguous, to read blocks of rows, "
            "found Fortran order; convert it: numpy.save(file, numpy.ascontiguousarray(array))",
            path);
    }
    return LNT_OK;
}

/* Checks that a compressed file has exactly the elements of its header, since the file size does
 * not tell. */
static lnt_status check_compressed(array_file *f)
{
    char byte;
    size_t count;
    const lnt_stream stream = lnt_inflate_stream(f->inflate);
    LNT_TRY(skip_to(f, f->header.bytes));
    LNT_TRY(stream.read(stream.context, &byte, 1, &count));
    lnt_inflate_close(f->inflate);
    f->inflate = NULL;
    return count == 0 ? LNT_OK
                      : lnt_fail(&f->reader.error, LNT_ERR_FORMAT,
                                 "%s: expected %zu bytes of elements by the header, found more",
                                 f->reader.path, f->header.bytes);
}

static lnt_status open_array(lnt_row_reader *reader, const lnt_read_options *options)
{
    array_file *f = (array_file *) reader;
    f->options = *options;
    f->options.memory_limit = SIZE_MAX; /* no matrix is allocated */
    f->table = lnt_table_init(&f->options, reader->path, &reader->error);
    f->buffer = lnt_allocate(options->allocator, BUFFER, 1);
    if (f->buffer == NULL) {
        return lnt_row_reader_no_memory(reader);
    }
    LNT_TRY(read_header(f));
    LNT_TRY(check_order(f));
    LNT_TRY(lnt_table_shape(&f->table, f->header.rows, f->header.cols));
    if (f->compressed) {
        LNT_TRY(check_compressed(f));
    }
    const lnt_status status = lnt_table_resolve_columns(&f->table);
    reader->columns = f->table.names;
    reader->rows = f->header.rows;
    reader->cols = f->header.cols;
    reader->sequential = f->compressed;
    f->options.label_columns = f->options.use_columns =
        NULL; /* they are borrowed for this call only */
    return status;
}

/* --- reading --- */

/* Numbers first, first + 1, … of a matrix, row by row. */
static void convert(const array_file *f, size_t first, size_t count, const lnt_tensor *rows)
{
    const char *from = f->buffer;
    while (count > 0) {
        const size_t i = first / rows->cols, j = first % rows->cols;
        const size_t left = rows->cols - j, now = count < left ? count : left;
        lnt_file_dtype_convert(f->header.file_dtype, from, now, rows->dtype,
                               lnt_tensor_ptr(rows, i, j), rows->col_stride);
        from += now * f->header.file_dtype.size;
        first += now;
        count -= now;
    }
}

static lnt_status read_numbers(array_file *f, size_t first, const lnt_tensor *rows)
{
    const size_t size = f->header.file_dtype.size, total = rows->rows * rows->cols;
    const size_t offset = first * rows->cols * size;
    const bool dense = rows->col_stride == 1 && rows->row_stride == (ptrdiff_t) rows->cols;
    if (dense && lnt_file_dtype_is(f->header.file_dtype, rows->dtype)) {
        return read_bytes(f, offset, rows->data, total * size);
    }
    for (size_t done = 0, count; done < total; done += count) {
        count = total - done < BUFFER / size ? total - done : BUFFER / size;
        LNT_TRY(read_bytes(f, offset + done * size, f->buffer, count * size));
        convert(f, done, count, rows);
    }
    return LNT_OK;
}

/* Sets skipped columns of row i to 0; all others must be finite. */
static lnt_status check_row(array_file *f, size_t first, const lnt_tensor *rows, size_t i)
{
    const bool *skipped = f->table.skipped;
    for (size_t j = 0; skipped != NULL && j < rows->cols; j++) {
        if (skipped[j]) {
            memset(lnt_tensor_ptr(rows, i, j), 0, lnt_dtype_size(rows->dtype));
        }
    }
    if (f->header.file_dtype.kind != 'f' ||
        lnt_table_all_finite(rows->dtype, lnt_tensor_ptr(rows, i, 0), rows->cols,
                             rows->col_stride)) {
        return LNT_OK;
    }
    size_t j = 0;
    while (lnt_table_all_finite(rows->dtype, lnt_tensor_ptr(rows, i, j), 1, 1)) {
        j++;
    }
    return lnt_table_fail_cell(&f->table, first + i, j, lnt_tensor_get(rows, i, j));
}

static lnt_status read_array(lnt_row_reader *reader, size_t first, const lnt_tensor *rows)
{
    array_file *f = (array_file *) reader;
    f->table.names = reader->columns; /* borrowed, for error messages */
    LNT_TRY(read_numbers(f, first, rows));
    for (size_t i = 0; i < rows->rows; i++) {
        LNT_TRY(check_row(f, first, rows, i));
    }
    return LNT_OK;
}

const lnt_row_ops lnt_row_array = {sizeof(array_file), open_array, read_array, close_array};
