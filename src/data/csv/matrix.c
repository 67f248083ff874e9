/* SPDX-License-Identifier: MIT */
#include "base/smaller.h"
#include "data/csv/csv.h"

#include <string.h>

/* Initial bytes of the matrix for a file of unknown length. */
#define FIRST_BYTES ((size_t) 64 * 1024)

static size_t max_rows(const lnt_csv *csv)
{
    return csv->options.memory_limit / csv->row_bytes;
}

static lnt_status over_limit(const lnt_csv *csv, size_t line)
{
    return lnt_fail(csv->error, LNT_ERR_TOO_LARGE,
                    "%s:%zu: expected at most %zu rows of %zu %s columns within the memory limit "
                    "of %zu bytes, found more",
                    csv->reader.name, line, max_rows(csv), csv->cols,
                    lnt_dtype_name(csv->options.dtype), csv->options.memory_limit);
}

/* Resizes the matrix to `capacity` rows; its contents are kept. */
static lnt_status resize(lnt_csv *csv, size_t capacity)
{
    char *data = lnt_allocate(csv->options.allocator, capacity, csv->row_bytes);
    if (data == NULL) {
        return lnt_fail(csv->error, LNT_ERR_MEMORY, "%s: no memory for %zu rows of %zu %s columns",
                        csv->reader.name, capacity, csv->cols, lnt_dtype_name(csv->options.dtype));
    }
    if (csv->data != NULL) {
        memcpy(data, csv->data, csv->rows * csv->row_bytes);
    }
    lnt_release(csv->options.allocator, csv->data);
    csv->data = data;
    csv->capacity = capacity;
    return LNT_OK;
}

lnt_status lnt_csv_allocate_matrix(lnt_csv *csv, size_t bytes, size_t newlines)
{
    csv->row_bytes = csv->cols * lnt_dtype_size(csv->options.dtype);
    if (csv->chunk > 0) {
        return resize(csv, csv->chunk > 2 * csv->row_bytes ? csv->chunk / csv->row_bytes : 2);
    }
    size_t rows = FIRST_BYTES / csv->row_bytes;
    if (csv->reader.seekable) {
        /* A row has a line, and each field at least a digit and a delimiter. */
        rows = lnt_smaller(newlines, bytes / (2 * csv->cols)) + 1;
    }
    rows = lnt_smaller(rows, max_rows(csv));
    return rows > 0 ? resize(csv, rows) : LNT_OK;
}

lnt_status lnt_csv_reserve_row(lnt_csv *csv, size_t line)
{
    if (csv->rows < csv->capacity) {
        return LNT_OK;
    }
    const size_t most = max_rows(csv);
    if (csv->rows >= most) {
        return over_limit(csv, line);
    }
    return resize(csv, lnt_smaller(csv->capacity <= most / 2 ? 2 * csv->capacity + 1 : most, most));
}
