/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_TABLE_TABLE_H
#define LINNET_DATA_TABLE_TABLE_H

#include "data/input/fields.h"
#include <linnet/data.h>

/** The limit of columns, because each has a name in memory, even if the file is tiny. */
#define LNT_TABLE_MAX_COLUMNS LNT_FIELDS_MAX

/** A matrix of numbers that is read from a file and becomes a frame; it has no text. */
typedef struct lnt_table {
    const lnt_read_options *options;
    const char *file; /* for messages */
    lnt_error *error;
    size_t rows, cols;
    lnt_names *names; /* [cols] */
    bool *skipped;    /* [cols]: the column is not used; NULL if all are used */
    bool *missing;    /* [rows]: the row has a missing value; NULL if no row has */
    char *data;       /* [rows, cols] of the options' dtype */
    ptrdiff_t row_stride, col_stride;
} lnt_table;

/** A table without rows and columns. It owns the memory that is stored in it. */
lnt_table lnt_table_init(const lnt_read_options *options, const char *file, lnt_error *error);
void lnt_table_clear(lnt_table *table);

lnt_status lnt_table_no_memory(const lnt_table *table);

/**
 * Sets the shape. `LNT_ERR_FORMAT` if there are no rows or no columns, `LNT_ERR_TOO_LARGE` if the
 * matrix would be over the memory limit, or has more than LNT_TABLE_MAX_COLUMNS columns. Allocates
 * nothing.
 */
lnt_status lnt_table_shape(lnt_table *table, size_t rows, size_t cols);

/** Allocates the whole matrix, row-major, or column-major with `by_columns`. */
lnt_status lnt_table_allocate(lnt_table *table, bool by_columns);

/** Sets default names if there are none, and resolves the columns of the options. */
lnt_status lnt_table_resolve_columns(lnt_table *table);

/**
 * Handles a cell that is not finite, read from the number `found`. It is ignored in a skipped
 * column; otherwise NaN is a missing value, and an infinity is an error.
 */
lnt_status lnt_table_handle_nonfinite(lnt_table *table, size_t row, size_t column, double found);

/** Fails with "file: row 3, column 'name': …", for a number that is not finite. */
lnt_status lnt_table_fail_cell(const lnt_table *table, size_t row, size_t column, double found);

/** Whether all of `count` numbers at `at`, `stride` elements apart, are finite. */
bool lnt_table_all_finite(lnt_dtype dtype, const void *at, size_t count, ptrdiff_t stride);

/** Drops the rows with missing values, and moves the matrix to a new frame. */
lnt_status lnt_table_to_frame(lnt_table *table, lnt_frame **frame);

#endif
