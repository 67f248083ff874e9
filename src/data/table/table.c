/* SPDX-License-Identifier: MIT */
#include "data/table/table.h"

#include "base/arena.h"
#include "base/text/quote.h"
#include "data/table/columns.h"
#include "data/table/frame.h"
#include <math.h>
#include <string.h>

lnt_table lnt_table_init(const lnt_read_options *options, const char *file, lnt_error *error)
{
    return (lnt_table){.options = options, .file = file, .error = error};
}

void lnt_table_clear(lnt_table *table)
{
    const lnt_allocator *const allocator = table->options->allocator;
    lnt_names_destroy(table->names);
    lnt_release(allocator, table->skipped);
    lnt_release(allocator, table->missing);
    lnt_release(allocator, table->data);
}

lnt_status lnt_table_no_memory(const lnt_table *table)
{
    return lnt_fail(table->error, LNT_ERR_MEMORY, "%s: out of memory", table->file);
}

lnt_status lnt_table_shape(lnt_table *table, size_t rows, size_t cols)
{
    const lnt_dtype dtype = table->options->dtype;
    if (rows == 0 || cols == 0) {
        return lnt_fail(table->error, LNT_ERR_FORMAT,
                        "%s: expected a table, found %zu rows of %zu columns", table->file, rows,
                        cols);
    }
    if (cols > LNT_TABLE_MAX_COLUMNS) {
        return lnt_fail(table->error, LNT_ERR_TOO_LARGE,
                        "%s: expected at most %zu columns, found %zu", table->file,
                        LNT_TABLE_MAX_COLUMNS, cols);
    }
    size_t elements, bytes;
    if (!lnt_multiply(rows, cols, &elements) ||
        !lnt_multiply(elements, lnt_dtype_size(dtype), &bytes) || bytes > PTRDIFF_MAX ||
        bytes > table->options->memory_limit) {
        return lnt_fail(table->error, LNT_ERR_TOO_LARGE,
                        "%s: %zu rows of %zu %s columns are beyond the memory limit of %zu bytes",
                        table->file, rows, cols, lnt_dtype_name(dtype),
                        table->options->memory_limit);
    }
    table->rows = rows;
    table->cols = cols;
    return LNT_OK;
}

lnt_status lnt_table_allocate(lnt_table *table, bool by_columns)
{
    table->data = lnt_allocate(table->options->allocator, table->rows * table->cols,
                               lnt_dtype_size(table->options->dtype));
    table->row_stride = by_columns ? 1 : (ptrdiff_t) table->cols;
    table->col_stride = by_columns ? (ptrdiff_t) table->rows : 1;
    return table->data != NULL ? LNT_OK
                               : lnt_fail(table->error, LNT_ERR_MEMORY,
                                          "%s: no memory for %zu rows of %zu %s "
                                          "columns",
                                          table->file, table->rows, table->cols,
                                          lnt_dtype_name(table->options->dtype));
}

/* Marks the columns that are not used, if any of the columns to use exists. */
static lnt_status mark_skipped(lnt_table *table)
{
    const lnt_read_options *const options = table->options;
    for (size_t i = 0; i < options->n_use_columns; i++) {
        size_t index;
        if (lnt_columns_find(table->names, options->use_columns[i], &index, NULL, NULL) != LNT_OK) {
            continue;
        }
        if (table->skipped == NULL) {
            table->skipped = lnt_allocate(options->allocator, table->cols, sizeof(bool));
            if (table->skipped == NULL) {
                return lnt_table_no_memory(table);
            }
            memset(table->skipped, true, table->cols * sizeof(bool));
        }
        table->skipped[index] = false;
    }
    return LNT_OK;
}

lnt_status lnt_table_resolve_columns(lnt_table *table)
{
    const lnt_read_options *const options = table->options;
    if (table->names == NULL &&
        lnt_default_column_names(&table->names, table->cols, options->allocator) != LNT_OK) {
        return lnt_table_no_memory(table);
    }
    for (size_t i = 0; i < options->n_label_columns; i++) {
        size_t index;
        LNT_TRY(lnt_columns_find(table->names, options->label_columns[i], &index, table->file,
                                 table->error));
    }
    return mark_skipped(table);
}

static char *cell_of(const lnt_table *table, size_t row, size_t column)
{
    return table->data +
           ((ptrdiff_t) row * table->row_stride + (ptrdiff_t) column * table->col_stride) *
               (ptrdiff_t) lnt_dtype_size(table->options->dtype);
}

lnt_status lnt_table_fail_cell(const lnt_table *table, size_t row, size_t column, double found)
{
    char quoted[LNT_QUOTED_LENGTH];
    const char *const name = lnt_names_get(table->names, column);
    lnt_text_quote(name, strlen(name), quoted);
    if (isnan(found)) {
        return lnt_fail(table->error, LNT_ERR_FORMAT,
                        "%s: row %zu, column %s: a value is missing (found nan)", table->file,
                        row + 1, quoted);
    }
    return lnt_fail(table->error, LNT_ERR_FORMAT,
                    "%s: row %zu, column %s: expected a finite %s number, found %g", table->file,
                    row + 1, quoted, lnt_dtype_name(table->options->dtype), found);
}

lnt_status lnt_table_handle_nonfinite(lnt_table *table, size_t row, size_t column, double found)
{
    if (table->skipped != NULL && table->skipped[column]) {
        memset(cell_of(table, row, column), 0, lnt_dtype_size(table->options->dtype));
        return LNT_OK;
    }
    if (!isnan(found) || table->options->missing != LNT_MISSING_DROP) {
        return lnt_table_fail_cell(table, row, column, found);
    }
    if (table->missing == NULL) {
        table->missing = lnt_allocate(table->options->allocator, table->rows, sizeof(bool));
        if (table->missing == NULL) {
            return lnt_table_no_memory(table);
        }
    }
    table->missing[row] = true;
    return LNT_OK;
}

/* The exponent bits of a number that is not finite are all set. */
bool lnt_table_all_finite(lnt_dtype dtype, const void *at, size_t count, ptrdiff_t stride)
{
    uint32_t nonfinite = 0;
    if (dtype == LNT_F32) {
        const float *const x = at;
        for (size_t i = 0; i < count; i++) {
            uint32_t bits;
            memcpy(&bits, &x[(ptrdiff_t) i * stride], sizeof bits);
            nonfinite |= (bits & UINT32_C(0x7F800000)) == UINT32_C(0x7F800000);
        }
        return nonfinite == 0;
    }
    const double *const x = at;
    for (size_t i = 0; i < count; i++) {
        uint64_t bits;
        memcpy(&bits, &x[(ptrdiff_t) i * stride], sizeof bits);
        nonfinite |= ((uint32_t) (bits >> 32) & UINT32_C(0x7FF00000)) == UINT32_C(0x7FF00000);
    }
    return nonfinite == 0;
}

static void move_row(const lnt_table *table, size_t to, size_t from)
{
    const size_t size = lnt_dtype_size(table->options->dtype);
    if (table->col_stride == 1) {
        memcpy(cell_of(table, to, 0), cell_of(table, from, 0), table->cols * size);
        return;
    }
    for (size_t j = 0; j < table->cols; j++) {
        memcpy(cell_of(table, to, j), cell_of(table, from, j), size);
    }
}

/* Moves the rows without missing values to the front; returns their number. */
static size_t drop_rows(const lnt_table *table)
{
    size_t kept = 0;
    for (size_t i = 0; i < table->rows; i++) {
        if (!table->missing[i]) {
            if (kept != i) {
                move_row(table, kept, i);
            }
            kept++;
        }
    }
    return kept;
}

static void clear_skipped(const lnt_table *table)
{
    for (size_t j = 0; table->skipped != NULL && j < table->cols; j++) {
        for (size_t i = 0; table->skipped[j] && i < table->rows; i++) {
            memset(cell_of(table, i, j), 0, lnt_dtype_size(table->options->dtype));
        }
    }
}

lnt_status lnt_table_to_frame(lnt_table *table, lnt_frame **frame)
{
    clear_skipped(table);
    const size_t rows = table->missing != NULL ? drop_rows(table) : table->rows;
    if (rows == 0) {
        return lnt_fail(table->error, LNT_ERR_FORMAT,
                        "%s: no row is left: a value is missing in each of %zu", table->file,
                        table->rows);
    }
    if (lnt_frame_create(frame, table->options->dtype, table->names, table->options->allocator) !=
        LNT_OK) {
        return lnt_table_no_memory(table);
    }
    (*frame)->data = table->data;
    (*frame)->rows = rows;
    (*frame)->dropped = table->rows - rows;
    (*frame)->row_stride = table->row_stride;
    (*frame)->col_stride = table->col_stride;
    table->names = NULL;
    table->data = NULL;
    return LNT_OK;
}
