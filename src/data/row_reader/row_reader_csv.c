/* SPDX-License-Identifier: MIT */
#include "data/csv/csv.h"
#include "data/row_reader/row_reader.h"
#include "data/table/labels.h"
#include "data/table/names.h"

#include <string.h>

/* Rows between two known positions; bytes of numbers that are parsed at once. */
enum { STEP = 256, CHUNK_BYTES = 64 * 1024 };

/* The start of a row. */
typedef struct row_position {
    uint64_t offset;
    size_t line;
} row_position;

typedef struct csv_file {
    lnt_row_reader reader;
    lnt_csv csv;
    bool open;               /* `csv` is open */
    row_position *positions; /* positions of rows 0, STEP, 2·STEP, … */
    size_t n_positions;
    size_t capacity;
    lnt_ranking *rankings; /* [cols] of the texts; empty for a column of numbers */
    size_t next;           /* the next row of `csv`; SIZE_MAX: unknown */
} csv_file;

static void close_csv(lnt_row_reader *reader)
{
    csv_file *f = (csv_file *) reader;
    for (size_t j = 0; f->rankings != NULL && j < reader->cols; j++) {
        lnt_owner_release(reader->owner, f->rankings[j].order);
    }
    lnt_owner_release(reader->owner, f->rankings);
    lnt_owner_release(reader->owner, f->positions);
    if (f->open) {
        lnt_csv_close(&f->csv);
    }
}

/* --- opening: the first pass --- */

static lnt_status over_limit(const csv_file *f, size_t line)
{
    return lnt_fail(f->csv.error, LNT_ERR_TOO_LARGE,
                    "%s:%zu: the positions of so many rows take more than the memory limit of %zu "
                    "bytes",
                    f->csv.reader.name, line, f->csv.options.memory_limit);
}

/* There can be as many texts as rows, such as names in an unused column. */
static lnt_status check_labels(const csv_file *f, size_t line)
{
    const lnt_csv *csv = &f->csv;
    size_t bytes = 0;
    for (size_t i = 0; i < csv->options.n_label_columns; i++) {
        const lnt_intern *set = &csv->sets[i];
        bytes += set->length + 8 * sizeof(size_t) * set->count; /* entry, slots, ranking */
    }
    return bytes <= csv->options.memory_limit
               ? LNT_OK
               : lnt_fail(csv->error, LNT_ERR_TOO_LARGE,
                          "%s:%zu: the labels so far take more than the memory limit of %zu bytes: "
                          "name the columns to look at, without those of many texts",
                          csv->reader.name, line, csv->options.memory_limit);
}

static lnt_status add_position(csv_file *f, row_position p)
{
    LNT_TRY(check_labels(f, p.line));
    if (f->n_positions == f->capacity) {
        const size_t capacity = f->capacity > 0 ? 2 * f->capacity : 64;
        if (capacity > f->csv.options.memory_limit / sizeof *f->positions) {
            return over_limit(f, p.line);
        }
        row_position *positions =
            lnt_allocate(f->csv.options.allocator, capacity, sizeof *positions);
        if (positions == NULL) {
            return lnt_csv_no_memory(&f->csv);
        }
        if (f->positions != NULL) {
            memcpy(positions, f->positions, f->n_positions * sizeof *positions);
        }
        lnt_release(f->csv.options.allocator, f->positions);
        f->positions = positions;
        f->capacity = capacity;
    }
    f->positions[f->n_positions++] = p;
    return LNT_OK;
}

/* Reads all records, and starts again whenever a column has text. */
static lnt_status scan(csv_file *f)
{
    lnt_csv *csv = &f->csv;
    csv->restart = true;
    for (bool found = true; found;) {
        lnt_record record;
        if (csv->restart) {
            LNT_TRY(lnt_csv_rewind(csv));
            f->n_positions = 0;
            f->reader.rows = 0;
        }
        LNT_TRY(lnt_record_reader_next(&csv->reader, &record, &found));
        if (!found) {
            break;
        }
        const row_position p = {lnt_record_offset(&csv->reader, &record), record.line};
        LNT_TRY(lnt_csv_read_record(csv, &record));
        if (csv->rows > 0 && f->reader.rows % STEP == 0) {
            LNT_TRY(add_position(f, p));
        }
        f->reader.rows += csv->rows;
        csv->rows = 0;
    }
    return lnt_csv_check_rows(csv, f->reader.rows);
}

/* Sets the names and labels, the same as those of `lnt_csv_read`. */
static lnt_status set_columns(csv_file *f)
{
    lnt_row_reader *reader = &f->reader;
    lnt_csv *csv = &f->csv;
    const lnt_allocator *const allocator = csv->options.allocator;
    reader->columns = csv->names;
    csv->names = NULL;
    if (lnt_names_copy(&csv->names, reader->columns, allocator) != LNT_OK) {
        return lnt_csv_no_memory(csv);
    }
    reader->labels = lnt_allocate(allocator, csv->cols, sizeof *reader->labels);
    f->rankings = lnt_allocate(allocator, csv->cols, sizeof *f->rankings);
    if (reader->labels == NULL || f->rankings == NULL) {
        return lnt_csv_no_memory(csv);
    }
    for (size_t j = 0; j < csv->cols; j++) {
        lnt_ranking ranking;
        if (!csv->columns[j].text) {
            continue;
        }
        if (lnt_labels_sort(&reader->labels[j], &ranking, &csv->sets[csv->columns[j].set],
                            allocator) != LNT_OK) {
            return lnt_csv_no_memory(csv);
        }
        f->rankings[j] = ranking;
    }
    return LNT_OK;
}

static lnt_status open_csv(lnt_row_reader *reader, const lnt_read_options *options)
{
    csv_file *f = (csv_file *) reader;
    f->next = SIZE_MAX;
    LNT_TRY(lnt_csv_open(&f->csv, &reader->input, options, CHUNK_BYTES));
    f->open = true;
    reader->cols = f->csv.cols;
    LNT_TRY(scan(f));
    reader->dropped = f->csv.dropped;
    f->csv.options.label_columns = f->csv.options.use_columns =
        NULL; /* they are borrowed for this call only */
    return set_columns(f);
}

/* --- reading --- */

/* Reads the next record that is a row into row `csv.rows`. */
static lnt_status next_row(csv_file *f)
{
    lnt_csv *csv = &f->csv;
    for (const size_t before = csv->rows; csv->rows == before;) {
        lnt_record record;
        bool found;
        LNT_TRY(lnt_record_reader_next(&csv->reader, &record, &found));
        if (!found) {
            return lnt_row_reader_changed(&f->reader);
        }
        LNT_TRY(lnt_csv_read_record(csv, &record));
    }
    f->next++;
    return csv->restart ? lnt_row_reader_changed(&f->reader) : LNT_OK;
}

static lnt_status seek_to(csv_file *f, size_t row)
{
    const size_t known = row / STEP * STEP;
    if (f->next > row || f->next < known) {
        const row_position p = f->positions[row / STEP];
        LNT_TRY(lnt_record_reader_seek(&f->csv.reader, p.offset, p.line));
        f->next = known;
    }
    while (f->next < row) {
        f->csv.rows = 0;
        LNT_TRY(next_row(f));
    }
    return LNT_OK;
}

/* Replaces indices of texts by indices of labels. */
static lnt_status encode_labels(csv_file *f, const lnt_tensor *rows)
{
    for (size_t j = 0; j < rows->cols; j++) {
        const size_t *const ranks = f->rankings[j].rank;
        const size_t count = lnt_names_count(f->reader.labels[j]);
        for (size_t i = 0; ranks != NULL && i < rows->rows; i++) {
            const size_t number = (size_t) lnt_tensor_get(rows, i, j);
            if (number >= count) {
                return lnt_row_reader_changed(&f->reader);
            }
            LNT_TRY(lnt_tensor_set(rows, i, j, (double) ranks[number]));
        }
    }
    return LNT_OK;
}

static lnt_status read_chunk(csv_file *f, size_t first, size_t count, const lnt_tensor *to)
{
    lnt_tensor target;
    f->csv.rows = 0;
    for (size_t i = 0; i < count; i++) {
        LNT_TRY(next_row(f));
    }
    const lnt_tensor chunk = lnt_tensor_view(f->reader.dtype, f->csv.data, count, f->reader.cols);
    LNT_TRY(encode_labels(f, &chunk));
    LNT_TRY(lnt_slice_rows(to, first, count, 1, &target));
    return lnt_copy(&chunk, &target);
}

static lnt_status read_csv(lnt_row_reader *reader, size_t first, const lnt_tensor *rows)
{
    csv_file *f = (csv_file *) reader;
    lnt_csv *csv = &f->csv;
    csv->restart = false;
    lnt_status status = seek_to(f, first);
    for (size_t done = 0; status == LNT_OK && done < rows->rows;) {
        const size_t left = rows->rows - done;
        const size_t count = left < csv->capacity ? left : csv->capacity;
        status = read_chunk(f, done, count, rows);
        done += count;
    }
    if (status != LNT_OK) {
        f->next = SIZE_MAX;
    }
    return status;
}

const lnt_row_ops lnt_row_csv = {sizeof(csv_file), open_csv, read_csv, close_csv};
