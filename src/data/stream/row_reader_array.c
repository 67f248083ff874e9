/* SPDX-License-Identifier: MIT */
#include "data/arrays/array.h"
#include "data/arrays/idx.h"
#include "data/source/inflate.h"
#include "data/stream/row_reader.h"

#include <string.h>

/* Bytes that are converted, or passed over, at once. */
#define BUFFER ((size_t) 256 * 1024)

typedef struct array_file {
    lnt_row_reader file;
    lnt_read_options options;
    lnt_table table; /* for names, what is looked at, and sentences; without a matrix */
    bool packed;
    lnt_inflate *inflate; /* of a packed file that is being read */
    size_t place;         /* in its elements, in bytes */
    lnt_npy_info header;
    char *buffer;
} array_file;

static void close_array(lnt_row_reader *file)
{
    array_file *f = (array_file *) file;
    lnt_inflate_close(f->inflate);
    lnt_release(lnt_row_reader_allocator(file), f->table.skipped);
    lnt_release(lnt_row_reader_allocator(file), f->buffer);
}

/* --- bytes --- */

static lnt_status begin_stream(array_file *f, lnt_stream *stream)
{
    *stream = lnt_input_stream(&f->file.input);
    if (!f->packed) {
        return LNT_OK;
    }
    lnt_inflate_close(f->inflate);
    f->inflate = NULL;
    LNT_TRY(lnt_inflate_open(&f->inflate, stream, lnt_row_reader_allocator(&f->file)));
    *stream = lnt_inflate_stream(f->inflate);
    return LNT_OK;
}

static lnt_status read_header(array_file *f)
{
    lnt_stream stream;
    const char *bytes;
    size_t count;
    LNT_TRY(lnt_input_rewind(&f->file.input));
    LNT_TRY(lnt_input_peek(&f->file.input, &bytes, &count));
    const bool npy = f->file.format == LNT_DATA_NPY;
    f->packed = !npy && lnt_gzip_is(bytes, count);
    LNT_TRY(begin_stream(f, &stream));
    LNT_TRY(npy ? lnt_array_begin(&f->header, &stream) : lnt_idx_begin(&f->header, &stream));
    f->place = 0;
    return lnt_array_check_size(&stream, &f->header);
}

/* Bytes of a packed file follow one another. */
static lnt_status take_packed(array_file *f, void *to, size_t size)
{
    const lnt_stream stream = lnt_inflate_stream(f->inflate);
    size_t count;
    LNT_TRY(stream.read(stream.context, to, size, &count));
    f->place += count;
    return count == size ? LNT_OK
                         : lnt_fail(&f->file.error, LNT_ERR_FORMAT,
                                    "%s: expected %zu bytes of elements by the header, found %zu",
                                    f->file.path, f->header.bytes, f->place);
}

static lnt_status pass_over(array_file *f, size_t place)
{
    while (f->place < place) {
        const size_t left = place - f->place;
        LNT_TRY(take_packed(f, f->buffer, left < BUFFER ? left : BUFFER));
    }
    return LNT_OK;
}

/* `size` bytes of the elements, from byte `place` of them on. */
static lnt_status read_bytes(array_file *f, size_t place, void *to, size_t size)
{
    size_t count;
    if (f->packed) {
        if (f->inflate == NULL || place < f->place) {
            LNT_TRY(read_header(f));
        }
        LNT_TRY(pass_over(f, place));
        return take_packed(f, to, size);
    }
    LNT_TRY(lnt_input_seek(&f->file.input, f->header.offset + place));
    LNT_TRY(lnt_input_read(&f->file.input, to, size, &count));
    return count == size ? LNT_OK : lnt_row_reader_changed(&f->file);
}

/* --- opening --- */

static lnt_status check_order(array_file *f)
{
    const lnt_npy_info *h = &f->header;
    const char *path = f->file.path;
    if (h->rank == 0) {
        return lnt_fail(&f->file.error, LNT_ERR_FORMAT,
                        "%s: expected a table, found a single number", path);
    }
    if (h->fortran && h->rows > 1 && h->cols > 1) {
        return lnt_fail(&f->file.error, LNT_ERR_INVALID,
                        "%s: expected C order, in which rows are together, to read blocks of them, "
                        "found Fortran's: numpy.save(file, numpy.ascontiguousarray(array))",
                        path);
    }
    return LNT_OK;
}

/* That what is packed has all that it promises, and nothing else, since its size does not tell. */
static lnt_status check_packed(array_file *f)
{
    char byte;
    size_t count;
    const lnt_stream stream = lnt_inflate_stream(f->inflate);
    LNT_TRY(pass_over(f, f->header.bytes));
    LNT_TRY(stream.read(stream.context, &byte, 1, &count));
    lnt_inflate_close(f->inflate);
    f->inflate = NULL;
    return count == 0 ? LNT_OK
                      : lnt_fail(&f->file.error, LNT_ERR_FORMAT,
                                 "%s: expected %zu bytes of elements by the header, found more",
                                 f->file.path, f->header.bytes);
}

static lnt_status open_array(lnt_row_reader *file, const lnt_read_options *options)
{
    array_file *f = (array_file *) file;
    f->options = *options;
    f->options.memory_limit = SIZE_MAX; /* there is no matrix */
    f->table = lnt_table_init(&f->options, file->path, &file->error);
    f->buffer = lnt_allocate(options->allocator, BUFFER, 1);
    if (f->buffer == NULL) {
        return lnt_row_reader_no_memory(file);
    }
    LNT_TRY(read_header(f));
    LNT_TRY(check_order(f));
    LNT_TRY(lnt_table_shape(&f->table, f->header.rows, f->header.cols));
    if (f->packed) {
        LNT_TRY(check_packed(f));
    }
    const lnt_status status = lnt_table_columns(&f->table);
    file->columns = f->table.names;
    file->rows = f->header.rows;
    file->cols = f->header.cols;
    file->in_order = f->packed;
    f->options.label_columns = f->options.use_columns = NULL; /* they were lent */
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
        lnt_scalar_convert(f->header.scalar, from, now, rows->dtype, lnt_tensor_ptr(rows, i, j),
                           rows->col_stride);
        from += now * f->header.scalar.size;
        first += now;
        count -= now;
    }
}

static lnt_status read_numbers(array_file *f, size_t first, const lnt_tensor *rows)
{
    const size_t size = f->header.scalar.size, total = rows->rows * rows->cols;
    const size_t place = first * rows->cols * size;
    const bool dense = rows->col_stride == 1 && rows->row_stride == (ptrdiff_t) rows->cols;
    if (dense && lnt_scalar_is(f->header.scalar, rows->dtype)) {
        return read_bytes(f, place, rows->data, total * size);
    }
    for (size_t done = 0, count; done < total; done += count) {
        count = total - done < BUFFER / size ? total - done : BUFFER / size;
        LNT_TRY(read_bytes(f, place + done * size, f->buffer, count * size));
        convert(f, done, count, rows);
    }
    return LNT_OK;
}

/* Zeroes what is not looked at, in row i; all else must be finite. */
static lnt_status check_row(array_file *f, size_t first, const lnt_tensor *rows, size_t i)
{
    const bool *skipped = f->table.skipped;
    for (size_t j = 0; skipped != NULL && j < rows->cols; j++) {
        if (skipped[j]) {
            memset(lnt_tensor_ptr(rows, i, j), 0, lnt_dtype_size(rows->dtype));
        }
    }
    if (f->header.scalar.kind != 'f' ||
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

static lnt_status read_array(lnt_row_reader *file, size_t first, const lnt_tensor *rows)
{
    array_file *f = (array_file *) file;
    f->table.names = file->columns; /* lent, for sentences */
    LNT_TRY(read_numbers(f, first, rows));
    for (size_t i = 0; i < rows->rows; i++) {
        LNT_TRY(check_row(f, first, rows, i));
    }
    return LNT_OK;
}

const lnt_row_ops lnt_row_array = {sizeof(array_file), open_array, read_array, close_array};
