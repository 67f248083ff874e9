/* SPDX-License-Identifier: MIT */
#include "data/arrays/array.h"

#include "base/arena.h"

#include <string.h>

/* Fits into a core's L2 cache, so that the data is checked while it is cached. */
enum { BLOCK = 256 * 1024 };

/* Initial elements of a matrix for a stream of unknown size. */
enum { FIRST_ELEMENTS = 64 * 1024 };

/* Elements are numbered in file order. A run is a range of elements that are evenly spaced in
 * memory. */
typedef struct reading {
    lnt_table *table;
    const lnt_stream *stream;
    const lnt_npy_info *header;
    size_t first; /* column */
    size_t total;
    size_t done;
    size_t capacity;  /* elements of the matrix, if it is allocated for this array */
    bool owns_matrix; /* the matrix is allocated for this array, in the layout of the file */
    bool size_known;  /* the size of the stream */
    bool by_columns;  /* a run is a column */
    bool permuted;    /* the columns are not in order */
    size_t run;
    char *buffer; /* [BLOCK] bytes, for numbers of another type */
} reading;

lnt_status lnt_array_read_header(lnt_npy_info *header, const lnt_stream *stream)
{
    enum { FIRST = 12 }; /* every header is longer */
    unsigned char bytes[LNT_NPY_MAX_PREAMBLE];
    size_t count, rest = 0;
    LNT_TRY(stream->read(stream->context, bytes, FIRST, &count));
    if (count == FIRST && lnt_npy_is(bytes, count)) {
        size_t offset = FIRST + ((size_t) bytes[8] | (size_t) bytes[9] << 8);
        if (bytes[6] == 1) {
            offset -= 2;
        } else {
            offset += (size_t) bytes[10] << 16 | (size_t) bytes[11] << 24;
        }
        if (offset > FIRST && offset <= sizeof bytes) {
            LNT_TRY(stream->read(stream->context, bytes + FIRST, offset - FIRST, &rest));
        }
    }
    return lnt_npy_header_read(header, bytes, count + rest, stream->name, stream->error);
}

lnt_status lnt_array_check_size(const lnt_stream *stream, const lnt_npy_info *header)
{
    const size_t found = stream->size >= header->offset ? stream->size - header->offset : 0;
    if (stream->size == LNT_STREAM_SIZE_UNKNOWN || found == header->bytes) {
        return LNT_OK;
    }
    return lnt_fail(stream->error, LNT_ERR_FORMAT,
                    "%s: expected %zu bytes of elements by the header, found %zu", stream->name,
                    header->bytes, found);
}

/* The column with number `run` in Fortran order: the last index of a row changes slowest. */
static size_t permuted_column(const lnt_npy_info *header, size_t run)
{
    size_t column = 0;
    for (size_t i = 1; i < header->rank; i++) {
        column = column * header->shape[i] + run % header->shape[i];
        run /= header->shape[i];
    }
    return column;
}

static void locate(const reading *r, size_t element, size_t *row, size_t *column)
{
    const lnt_npy_info *const h = r->header;
    if (r->by_columns) {
        *row = element % h->rows;
        *column = r->permuted ? permuted_column(h, element / h->rows) : element / h->rows;
    } else {
        *row = element / h->cols;
        *column = element % h->cols;
    }
    *column += r->first;
}

static char *address_of(const reading *r, size_t element)
{
    const lnt_table *const t = r->table;
    const size_t size = lnt_dtype_size(t->options->dtype);
    if (r->owns_matrix && !r->permuted) {
        return t->data + element * size;
    }
    size_t row, column;
    locate(r, element, &row, &column);
    return t->data + ((ptrdiff_t) row * t->row_stride + (ptrdiff_t) column * t->col_stride) *
                         (ptrdiff_t) size;
}

static ptrdiff_t stride_of(const reading *r)
{
    if (r->owns_matrix) {
        return 1;
    }
    return r->by_columns ? r->table->row_stride : r->table->col_stride;
}

static double as_double(lnt_file_dtype file_dtype, const char *from)
{
    double value;
    lnt_file_dtype_convert(file_dtype, from, 1, LNT_F64, &value, 1);
    return value;
}

/* Checks that part of a run is finite; `from` has the numbers before conversion. */
static lnt_status check_run(const reading *r, size_t element, size_t count,
                            lnt_file_dtype file_dtype, const char *from)
{
    const lnt_dtype dtype = r->table->options->dtype;
    const size_t size = lnt_dtype_size(dtype);
    const ptrdiff_t stride = stride_of(r);
    const char *const at = address_of(r, element);
    if (r->header->file_dtype.kind != 'f' || lnt_table_all_finite(dtype, at, count, stride)) {
        return LNT_OK;
    }
    for (size_t i = 0; i < count; i++) {
        if (!lnt_table_all_finite(dtype, at + (ptrdiff_t) (i * size) * stride, 1, 1)) {
            size_t row, column;
            locate(r, element + i, &row, &column);
            LNT_TRY(lnt_table_handle_nonfinite(r->table, row, column,
                                               as_double(file_dtype, from + i * file_dtype.size)));
        }
    }
    return LNT_OK;
}

/* Reserves memory for `count` more elements, in a matrix allocated for this array. */
static lnt_status reserve(reading *r, size_t count)
{
    if (r->capacity - r->done >= count) {
        return LNT_OK;
    }
    const lnt_read_options *const options = r->table->options;
    const size_t size = lnt_dtype_size(options->dtype);
    size_t capacity = r->capacity < r->total / 2 ? 2 * r->capacity : r->total;
    capacity = capacity - r->done < count ? r->done + count : capacity;
    char *data = lnt_allocate_unset(options->allocator, capacity, size);
    if (data == NULL) {
        return lnt_table_no_memory(r->table);
    }
    if (r->done > 0) {
        memcpy(data, r->table->data, r->done * size);
    }
    lnt_release(options->allocator, r->table->data);
    r->table->data = data;
    r->capacity = capacity;
    return LNT_OK;
}

static lnt_status read_fully(const reading *r, void *to, size_t size)
{
    size_t count;
    LNT_TRY(r->stream->read(r->stream->context, to, size, &count));
    if (count < size) {
        return lnt_fail(r->stream->error, LNT_ERR_FORMAT,
                        "%s: expected %zu bytes of elements by the header, found %zu",
                        r->stream->name, r->header->bytes,
                        r->done * r->header->file_dtype.size + count);
    }
    return LNT_OK;
}

/* Converts the numbers in the buffer, run by run. */
static lnt_status convert_buffer(reading *r, size_t count)
{
    const lnt_file_dtype file_dtype = r->header->file_dtype;
    const char *from = r->buffer;
    while (count > 0) {
        const size_t left = r->run - r->done % r->run;
        const size_t n = left < count ? left : count;
        lnt_file_dtype_convert(file_dtype, from, n, r->table->options->dtype,
                               address_of(r, r->done), stride_of(r));
        if (r->size_known) {
            LNT_TRY(check_run(r, r->done, n, file_dtype, from));
        }
        from += n * file_dtype.size;
        r->done += n;
        count -= n;
    }
    return LNT_OK;
}

static lnt_status read_block(reading *r)
{
    const lnt_dtype dtype = r->table->options->dtype;
    const size_t size = r->header->file_dtype.size, left = r->total - r->done;
    const size_t count = left < BLOCK / size ? left : BLOCK / size;
    if (r->owns_matrix) {
        LNT_TRY(reserve(r, count));
    }
    if (r->buffer != NULL) {
        LNT_TRY(read_fully(r, r->buffer, count * size));
        return convert_buffer(r, count);
    }
    char *const to = address_of(r, r->done);
    LNT_TRY(read_fully(r, to, count * size));
    if (r->size_known) {
        LNT_TRY(check_run(r, r->done, count, lnt_file_dtype_native(dtype), to));
    }
    r->done += count;
    return LNT_OK;
}

/* The stream must end after the last element; a decompressor verifies its checksum there. */
static lnt_status read_end(const reading *r)
{
    char byte;
    size_t count;
    LNT_TRY(r->stream->read(r->stream->context, &byte, 1, &count));
    return count == 0 ? LNT_OK
                      : lnt_fail(r->stream->error, LNT_ERR_FORMAT,
                                 "%s: expected %zu bytes of elements by the header, found more",
                                 r->stream->name, r->header->bytes);
}

/* Checks all elements after reading, for a stream that may have fewer columns than its header says.
 */
static lnt_status check_all(const reading *r)
{
    const lnt_dtype dtype = r->table->options->dtype;
    const lnt_file_dtype file_dtype = lnt_file_dtype_native(dtype);
    LNT_TRY(lnt_table_resolve_columns(r->table));
    for (size_t e = 0; e < r->total; e += BLOCK) {
        const size_t left = r->total - e, count = left < BLOCK ? left : BLOCK;
        LNT_TRY(check_run(r, e, count, file_dtype, address_of(r, e)));
    }
    return LNT_OK;
}

static lnt_status prepare(reading *r)
{
    const lnt_npy_info *const h = r->header;
    r->by_columns = h->fortran || h->cols == 1;
    r->permuted = h->fortran && h->rank > 2;
    r->run = r->owns_matrix && !r->permuted ? r->total : r->by_columns ? h->rows : h->cols;
    if (!r->size_known && r->permuted) {
        return lnt_fail(r->stream->error, LNT_ERR_FORMAT,
                        "%s: an array of rank %zu in Fortran order is read from a file only, not "
                        "from a pipe",
                        r->stream->name, h->rank);
    }
    if (r->size_known) {
        LNT_TRY(lnt_table_resolve_columns(r->table));
    }
    if (r->owns_matrix) {
        lnt_table *const t = r->table;
        t->row_stride = r->by_columns ? 1 : (ptrdiff_t) t->cols;
        t->col_stride = r->by_columns ? (ptrdiff_t) t->rows : 1;
        r->capacity = 0;
        LNT_TRY(reserve(r, r->size_known || r->total < FIRST_ELEMENTS ? r->total : FIRST_ELEMENTS));
    }
    if (r->run < r->total || !lnt_file_dtype_is(h->file_dtype, r->table->options->dtype)) {
        r->buffer = lnt_allocate_unset(r->table->options->allocator, BLOCK, 1);
        if (r->buffer == NULL) {
            return lnt_table_no_memory(r->table);
        }
    }
    return LNT_OK;
}

lnt_status lnt_array_read(lnt_table *table, const lnt_stream *stream, const lnt_npy_info *header,
                          size_t first)
{
    LNT_TRY(lnt_array_check_size(stream, header));
    reading r = {.table = table,
                 .stream = stream,
                 .header = header,
                 .first = first,
                 .total = header->rows * header->cols,
                 .owns_matrix = table->data == NULL,
                 .size_known = stream->size != LNT_STREAM_SIZE_UNKNOWN};
    lnt_status status = prepare(&r);
    while (status == LNT_OK && r.done < r.total) {
        status = read_block(&r);
    }
    if (status == LNT_OK) {
        status = read_end(&r);
    }
    if (status == LNT_OK && !r.size_known) {
        status = check_all(&r);
    }
    lnt_release(table->options->allocator, r.buffer);
    return status;
}
