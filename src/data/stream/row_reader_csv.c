/* SPDX-License-Identifier: MIT */
#include "data/csv/csv.h"
#include "data/stream/row_reader.h"
#include "data/table/labels.h"
#include "data/table/names.h"

#include <string.h>

/* Rows from one whose place is known to the next; bytes of numbers that are parsed at once. */
enum { STEP = 256, CHUNK_BYTES = 64 * 1024 };

/* Where a row begins. */
typedef struct place {
    uint64_t offset;
    size_t line;
} place;

typedef struct csv_file {
    lnt_row_reader file;
    lnt_csv csv;
    bool open;     /* the csv */
    place *places; /* of rows 0, STEP, 2·STEP, … */
    size_t n_places;
    size_t capacity;
    lnt_ranking *rankings; /* [cols] of the texts; without memory: a column of numbers */
    size_t next;           /* the row that is read next; SIZE_MAX: not known */
} csv_file;

static void close_csv(lnt_row_reader *file)
{
    csv_file *f = (csv_file *) file;
    for (size_t j = 0; f->rankings != NULL && j < file->cols; j++) {
        lnt_owner_release(file->owner, f->rankings[j].order);
    }
    lnt_owner_release(file->owner, f->rankings);
    lnt_owner_release(file->owner, f->places);
    if (f->open) {
        lnt_csv_close(&f->csv);
    }
}

/* --- the first time --- */

static lnt_status over_limit(const csv_file *f, size_t line)
{
    return lnt_fail(f->csv.error, LNT_ERR_TOO_LARGE,
                    "%s:%zu: the places of so many rows take more than the memory limit of %zu "
                    "bytes",
                    f->csv.source.name, line, f->csv.options.memory_limit);
}

/* Texts may be as many as rows, such as names in a column that is left out. */
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
                          csv->source.name, line, csv->options.memory_limit);
}

static lnt_status note_place(csv_file *f, place p)
{
    LNT_TRY(check_labels(f, p.line));
    if (f->n_places == f->capacity) {
        const size_t capacity = f->capacity > 0 ? 2 * f->capacity : 64;
        if (capacity > f->csv.options.memory_limit / sizeof *f->places) {
            return over_limit(f, p.line);
        }
        place *places = lnt_allocate(f->csv.options.allocator, capacity, sizeof *places);
        if (places == NULL) {
            return lnt_csv_no_memory(&f->csv);
        }
        if (f->places != NULL) {
            memcpy(places, f->places, f->n_places * sizeof *places);
        }
        lnt_release(f->csv.options.allocator, f->places);
        f->places = places;
        f->capacity = capacity;
    }
    f->places[f->n_places++] = p;
    return LNT_OK;
}

/* Reads all records, again from the begin whenever a column turns out to be text. */
static lnt_status scan(csv_file *f)
{
    lnt_csv *csv = &f->csv;
    csv->restart = true;
    for (bool found = true; found;) {
        lnt_source_record record;
        if (csv->restart) {
            LNT_TRY(lnt_csv_rewind(csv));
            f->n_places = 0;
            f->file.rows = 0;
        }
        LNT_TRY(lnt_source_next(&csv->source, &record, &found));
        if (!found) {
            break;
        }
        const place p = {lnt_source_offset(&csv->source, &record), record.line};
        LNT_TRY(lnt_csv_add(csv, &record));
        if (csv->rows > 0 && f->file.rows % STEP == 0) {
            LNT_TRY(note_place(f, p));
        }
        f->file.rows += csv->rows;
        csv->rows = 0;
    }
    return lnt_csv_check_rows(csv, f->file.rows);
}

/* Names are those of the frame that the whole file would be. */
static lnt_status settle(csv_file *f)
{
    lnt_row_reader *file = &f->file;
    lnt_csv *csv = &f->csv;
    const lnt_allocator *const allocator = csv->options.allocator;
    file->columns = csv->names;
    csv->names = NULL;
    if (lnt_names_copy(&csv->names, file->columns, allocator) != LNT_OK) {
        return lnt_csv_no_memory(csv);
    }
    file->labels = lnt_allocate(allocator, csv->cols, sizeof *file->labels);
    f->rankings = lnt_allocate(allocator, csv->cols, sizeof *f->rankings);
    if (file->labels == NULL || f->rankings == NULL) {
        return lnt_csv_no_memory(csv);
    }
    for (size_t j = 0; j < csv->cols; j++) {
        lnt_ranking ranking;
        if (!csv->columns[j].text) {
            continue;
        }
        if (lnt_labels_sort(&file->labels[j], &ranking, &csv->sets[csv->columns[j].set],
                            allocator) != LNT_OK) {
            return lnt_csv_no_memory(csv);
        }
        f->rankings[j] = ranking;
    }
    return LNT_OK;
}

static lnt_status open_csv(lnt_row_reader *file, const lnt_read_options *options)
{
    csv_file *f = (csv_file *) file;
    f->next = SIZE_MAX;
    LNT_TRY(lnt_csv_open(&f->csv, &file->input, options, CHUNK_BYTES));
    f->open = true;
    file->cols = f->csv.cols;
    LNT_TRY(scan(f));
    file->dropped = f->csv.dropped;
    f->csv.options.label_columns = f->csv.options.use_columns = NULL; /* they were lent */
    return settle(f);
}

/* --- later --- */

/* The next record that is a row, into the row `csv.rows`. */
static lnt_status next_row(csv_file *f)
{
    lnt_csv *csv = &f->csv;
    for (const size_t before = csv->rows; csv->rows == before;) {
        lnt_source_record record;
        bool found;
        LNT_TRY(lnt_source_next(&csv->source, &record, &found));
        if (!found) {
            return lnt_row_reader_changed(&f->file);
        }
        LNT_TRY(lnt_csv_add(csv, &record));
    }
    f->next++;
    return csv->restart ? lnt_row_reader_changed(&f->file) : LNT_OK;
}

static lnt_status go_to(csv_file *f, size_t row)
{
    const size_t known = row / STEP * STEP;
    if (f->next > row || f->next < known) {
        const place p = f->places[row / STEP];
        LNT_TRY(lnt_source_seek(&f->csv.source, p.offset, p.line));
        f->next = known;
    }
    while (f->next < row) {
        f->csv.rows = 0;
        LNT_TRY(next_row(f));
    }
    return LNT_OK;
}

/* Numbers of texts become places among the labels. */
static lnt_status rank(csv_file *f, const lnt_tensor *rows)
{
    for (size_t j = 0; j < rows->cols; j++) {
        const size_t *const ranks = f->rankings[j].rank;
        const size_t count = lnt_names_count(f->file.labels[j]);
        for (size_t i = 0; ranks != NULL && i < rows->rows; i++) {
            const size_t number = (size_t) lnt_tensor_get(rows, i, j);
            if (number >= count) {
                return lnt_row_reader_changed(&f->file);
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
    const lnt_tensor chunk = lnt_tensor_view(f->file.dtype, f->csv.data, count, f->file.cols);
    LNT_TRY(rank(f, &chunk));
    LNT_TRY(lnt_slice_rows(to, first, count, 1, &target));
    return lnt_copy(&chunk, &target);
}

static lnt_status read_csv(lnt_row_reader *file, size_t first, const lnt_tensor *rows)
{
    csv_file *f = (csv_file *) file;
    lnt_csv *csv = &f->csv;
    csv->restart = false;
    lnt_status status = go_to(f, first);
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
