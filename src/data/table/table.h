/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_TABLE_TABLE_H
#define LINNET_DATA_TABLE_TABLE_H

#include "data/source/fields.h"
#include <linnet/data.h>

/** Each has a name, also of a file that could hold more of them in a few bytes. */
#define LNT_TABLE_MOST_COLUMNS LNT_FIELDS_MOST

/** A matrix of numbers on its way from a file into a frame; there is no text in it. */
typedef struct lnt_table {
    const lnt_read_options *options;
    const char *file; /* for messages */
    lnt_error *error;
    size_t rows, cols;
    lnt_names *names; /* [cols] */
    bool *skipped;    /* [cols]: nothing in the column is looked at; NULL if that is so in none */
    bool *missing;    /* [rows]: a value is missing in the row; NULL if that is so in none */
    char *data;       /* [rows, cols] of the options' dtype */
    ptrdiff_t row_stride, col_stride;
} lnt_table;

/** A table without rows and columns. What it is given belongs to it. */
lnt_table lnt_table_init(const lnt_read_options *options, const char *file, lnt_error *error);
void lnt_table_finish(lnt_table *table);

lnt_status lnt_table_no_memory(const lnt_table *table);

/**
 * Sets the extents. `LNT_ERR_FORMAT` if there are no rows or no columns, `LNT_ERR_TOO_LARGE` if the
 * matrix would be over the memory limit, or has more than LNT_TABLE_MOST_COLUMNS. Nothing is
 * allocated.
 */
lnt_status lnt_table_shape(lnt_table *table, size_t rows, size_t cols);

/** Takes the whole matrix, row by row, or column by column with `by_columns`. */
lnt_status lnt_table_take(lnt_table *table, bool by_columns);

/** Makes up names if there are none, and looks the options' columns up. */
lnt_status lnt_table_columns(lnt_table *table);

/**
 * What becomes of a cell that is not finite, read from the number `found`: it counts for nothing in
 * a column that is skipped, is missing if it is NaN, and refused if not.
 */
lnt_status lnt_table_settle_cell(lnt_table *table, size_t row, size_t column, double found);

/** Fails with "file: row 3, column 'name': …", of a number that is not finite. */
lnt_status lnt_table_fail_cell(const lnt_table *table, size_t row, size_t column, double found);

/** Whether all of `count` numbers at `at`, `stride` elements apart, are finite. */
bool lnt_table_all_finite(lnt_dtype dtype, const void *at, size_t count, ptrdiff_t stride);

/** Leaves out the rows in which a value is missing, and makes the frame, which takes all. */
lnt_status lnt_table_frame(lnt_table *table, lnt_frame **frame);

#endif
