/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_CSV_CSV_H
#define LINNET_DATA_CSV_CSV_H

#include "base/intern.h"
#include "base/numbers/number.h"
#include "data/input/fields.h"
#include "data/input/record_reader.h"
#include <linnet/data.h>

/** The state of a column while the file is read. */
typedef struct lnt_csv_column {
    bool label;   /* text is allowed in it */
    bool skipped; /* not used: its cells become 0 */
    bool text;    /* its cells are indices into the texts of `set` */
    unsigned set; /* index of its texts in `sets`, if it is a label column */
} lnt_csv_column;

/** A reader of a CSV file into a matrix. */
typedef struct lnt_csv {
    lnt_read_options options;
    lnt_error *error;
    lnt_record_reader reader;
    lnt_number_reader numbers;
    lnt_fields fields; /* of the current record */
    char delimiter;
    char blanks[2]; /* blanks around a number: one or two characters (a single one twice) */
    bool header;    /* the first record is a header */
    bool restart;   /* a column of numbers has text: read again from the start */
    size_t cols;
    lnt_names *names;        /* [cols] */
    lnt_csv_column *columns; /* [cols] */
    lnt_intern *sets;        /* [label columns]: their texts, without those of dropped rows */
    bool has_skipped;        /* some columns are skipped */
    char *data;              /* [capacity, cols] of the dtype */
    size_t row_bytes;
    size_t chunk; /* bytes of a matrix that is reused for each chunk; 0: it holds all rows */
    size_t rows;
    size_t capacity;
    size_t dropped;
} lnt_csv;

/* --- csv_options.c --- */

/** Checks the options that do not depend on a file. */
lnt_status lnt_csv_options_check(const lnt_read_options *options, lnt_error *error);

/* --- csv.c --- */

/**
 * Opens a reader of an input with checked options, and reads the first record: delimiter, header,
 * columns. Without a header, and unless the file is read in chunks, that record is the first row.
 * `chunk` as in the struct. On failure there is nothing to close.
 */
lnt_status lnt_csv_open(lnt_csv *csv, lnt_input *input, const lnt_read_options *options,
                        size_t chunk);
void lnt_csv_close(lnt_csv *csv);

/** Moves back to the first row; for a seekable input. */
lnt_status lnt_csv_rewind(lnt_csv *csv);

/** Checks that a file, after it was read, has at least one row. */
lnt_status lnt_csv_check_rows(const lnt_csv *csv, size_t rows);

/** `lnt_csv_read` from an open input, with checked options. */
lnt_status lnt_csv_read_input(lnt_frame **frame, lnt_input *input, const lnt_read_options *options);

/* --- csv_header.c --- */

/** Decides from the first record's fields whether it is a header, and names the columns. */
lnt_status lnt_csv_name_columns(lnt_csv *csv, size_t line);

/** Marks the columns that the options name as label columns. */
lnt_status lnt_csv_mark_labels(lnt_csv *csv);

/** Marks the columns that the options do not use as skipped. */
void lnt_csv_mark_skipped(lnt_csv *csv);

/* --- csv_matrix.c --- */

/** Allocates the matrix, with its final size if the number of rows has a known bound. */
lnt_status lnt_csv_allocate_matrix(lnt_csv *csv, size_t bytes, size_t newlines);

/** Reserves memory for one more row, which begins at `line`. */
lnt_status lnt_csv_reserve_row(lnt_csv *csv, size_t line);

/* --- csv_row.c --- */

/** Reads a record into the next row, drops it, or sets `restart`. */
lnt_status lnt_csv_read_record(lnt_csv *csv, const lnt_record *record);

/** The same for a record that is already split into `csv->fields`. */
lnt_status lnt_csv_read_fields(lnt_csv *csv, size_t line);

/* --- csv_message.c --- */

/** Fails with "file:line: column 'name': expected …, found …". */
lnt_status lnt_csv_fail_field(const lnt_csv *csv, size_t line, size_t column, const char *expected,
                              const char *text, size_t length);

/** Fails with "file:line: column 'name': a value is missing (found …)". */
lnt_status lnt_csv_fail_missing(const lnt_csv *csv, size_t line, size_t column);
lnt_status lnt_csv_no_memory(const lnt_csv *csv);

/** Checks that a text is a valid name: UTF-8 without NUL. */
lnt_status lnt_csv_check_text(const lnt_csv *csv, size_t line, size_t column, const char *text,
                              size_t length);

/** Splits a record into `csv->fields`; fails if a quote is misplaced. */
lnt_status lnt_csv_split(lnt_csv *csv, const lnt_record *record);

#endif
