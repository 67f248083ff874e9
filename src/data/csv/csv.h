/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_CSV_CSV_H
#define LINNET_DATA_CSV_CSV_H

#include "base/intern.h"
#include "base/numbers/number.h"
#include "data/source/fields.h"
#include "data/source/source.h"
#include <linnet/data.h>

/** What is known of a column while the file is read. */
typedef struct lnt_csv_column {
    bool label;   /* text is allowed in it */
    bool skipped; /* nothing in it is looked at */
    bool text;    /* its cells are numbers of texts */
    unsigned set; /* the place of its texts in `sets`, if it is a label column */
} lnt_csv_column;

/** A CSV file on its way into a matrix. */
typedef struct lnt_csv {
    lnt_read_options options;
    lnt_error *error;
    lnt_source source;
    lnt_number_reader numbers;
    lnt_fields fields; /* of the record that is looked at */
    char delimiter;
    char blanks[2]; /* bytes around a number that count for nothing, the same twice if one */
    bool header;    /* the first record is one */
    bool restart;   /* a column of numbers turned out to be text: read again from the begin */
    size_t cols;
    lnt_names *names;        /* [cols] */
    lnt_csv_column *columns; /* [cols] */
    lnt_intern *sets;        /* [label columns]: their texts; of no row that was dropped */
    bool skips;              /* there are columns that are skipped */
    char *data;              /* [capacity, cols] of the dtype */
    size_t row_bytes;
    size_t chunk; /* bytes of a matrix that is emptied again and again; 0: it holds all */
    size_t rows;
    size_t capacity;
    size_t dropped;
} lnt_csv;

/* --- csv_options.c --- */

/** Checks what does not depend on a file. */
lnt_status lnt_csv_options_check(const lnt_read_options *options, lnt_error *error);

/* --- csv.c --- */

/**
 * Learns all that an open input's first record tells, with options that are checked; without a
 * header, and unless read in chunks, that record is the first row. `chunk` as in the struct. On
 * failure there is nothing to close.
 */
lnt_status lnt_csv_open(lnt_csv *csv, lnt_input *input, const lnt_read_options *options,
                        size_t chunk);
void lnt_csv_close(lnt_csv *csv);

/** Back to before the first row, for an input that rewinds. */
lnt_status lnt_csv_rewind(lnt_csv *csv);

/** That a file of which all has been read had rows, `rows` of them. */
lnt_status lnt_csv_check_rows(const lnt_csv *csv, size_t rows);

/** `lnt_csv_read` of an open input, with options that are checked. */
lnt_status lnt_csv_read_input(lnt_frame **frame, lnt_input *input, const lnt_read_options *options);

/* --- csv_header.c --- */

/** Decides from the first record's fields whether it is a header, and names the columns. */
lnt_status lnt_csv_name_columns(lnt_csv *csv, size_t line);

/** Marks the columns that the options name as label columns. */
lnt_status lnt_csv_mark_labels(lnt_csv *csv);

/** Marks the columns that the options leave out as skipped. */
void lnt_csv_mark_skipped(lnt_csv *csv);

/* --- csv_matrix.c --- */

/** Takes the matrix, all at once if the number of rows has a known bound. */
lnt_status lnt_csv_begin_matrix(lnt_csv *csv, size_t bytes, size_t newlines);

/** Makes room for one more row, which begins at `line`. */
lnt_status lnt_csv_reserve_row(lnt_csv *csv, size_t line);

/* --- csv_row.c --- */

/** Reads a record into the next row, drops it, or sets `restart`. */
lnt_status lnt_csv_add(lnt_csv *csv, const lnt_source_record *record);

/** The same for a record that is split into `csv->fields` already. */
lnt_status lnt_csv_add_fields(lnt_csv *csv, size_t line);

/* --- csv_message.c --- */

/** Fails with "file:line: column 'name': expected …, found …". */
lnt_status lnt_csv_fail_field(const lnt_csv *csv, size_t line, size_t column, const char *expected,
                              const char *text, size_t length);

/** Fails with "file:line: column 'name': a value is missing (found …)". */
lnt_status lnt_csv_fail_missing(const lnt_csv *csv, size_t line, size_t column);
lnt_status lnt_csv_no_memory(const lnt_csv *csv);

/** Checks that a text can be a name: UTF-8 without NUL. */
lnt_status lnt_csv_check_text(const lnt_csv *csv, size_t line, size_t column, const char *text,
                              size_t length);

/** Splits a record into `csv->fields`; fails where a quote is misplaced. */
lnt_status lnt_csv_split(lnt_csv *csv, const lnt_source_record *record);

#endif
