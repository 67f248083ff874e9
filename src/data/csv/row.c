/* SPDX-License-Identifier: MIT */
#include "data/csv/csv.h"

#include "base/numbers/number_quick.h"
#include "base/text/quote.h"
#include "data/table/frame.h"
#include <string.h>

static void store(const lnt_csv *csv, char *cell, size_t number)
{
    if (csv->options.dtype == LNT_F32) {
        *(float *) (void *) cell = (float) number;
    } else {
        *(double *) (void *) cell = (double) number;
    }
}

/* Writes the index of a text to a cell of a text column. */
static lnt_status read_label(lnt_csv *csv, size_t line, size_t column, const char *text,
                             size_t length, char *cell)
{
    lnt_intern *const set = &csv->sets[csv->columns[column].set];
    size_t number = lnt_intern_find(set, text, length);
    if (number == LNT_NOT_FOUND) {
        LNT_TRY(lnt_csv_check_text(csv, line, column, text, length));
        if (set->count == lnt_frame_max_labels(csv->options.dtype)) {
            return lnt_fail(csv->error, LNT_ERR_TOO_LARGE,
                            "%s:%zu: column '%.60s' has more distinct labels than %s can number",
                            csv->reader.name, line, lnt_names_get(csv->names, column),
                            lnt_dtype_name(csv->options.dtype));
        }
        if (lnt_intern_add(set, text, length, &number) != LNT_OK) {
            return lnt_csv_no_memory(csv);
        }
    }
    store(csv, cell, number);
    return LNT_OK;
}

/* The data of the innermost loop, by value, so that it stays in registers. */
typedef struct row_format {
    size_t cols;
    lnt_dtype dtype;
    char delimiter;
    char blanks[2];
} row_format;

static inline bool is_blank(row_format format, char c)
{
    return c == format.blanks[0] || c == format.blanks[1];
}

/* Writes the index of the text at `p`, if it is known. Returns the byte after the text, or NULL. */
static const char *read_text(const lnt_csv *csv, row_format format, const char *p,
                             const char *record_end, size_t column, char *cell)
{
    const char *end = memchr(p, format.delimiter, (size_t) (record_end - p));
    end = end != NULL ? end : record_end;
    const char *last = end;
    while (last > p && is_blank(format, last[-1])) {
        last--;
    }
    const size_t number =
        lnt_intern_find(&csv->sets[csv->columns[column].set], p, (size_t) (last - p));
    if (number == LNT_NOT_FOUND) {
        return NULL;
    }
    store(csv, cell, number);
    return end;
}

/* The fast path: reads a record without quotes into a row. Returns false for anything unusual; the
 * record is then split and read field by field, with exact error messages. */
static inline bool read_plain(const lnt_csv *csv, row_format format, const lnt_record *record,
                              char *cell)
{
    const char *const record_end = record->end;
    const char *p = record->begin;
    for (size_t j = 0;; p++, j++) {
        while (is_blank(format, *p)) {
            p++;
        }
        if (csv->columns[j].text) {
            p = read_text(csv, format, p, record_end, j, cell);
        } else if (format.dtype == LNT_F32) {
            p = lnt_quick_f32(&csv->numbers, p, (float *) (void *) cell);
        } else {
            p = lnt_quick_f64(&csv->numbers, p, (double *) (void *) cell);
        }
        while (p != NULL && is_blank(format, *p)) {
            p++;
        }
        if (j + 1 == format.cols) {
            return p == record_end;
        }
        if (p == NULL || *p != format.delimiter) {
            return false;
        }
        cell += format.dtype == LNT_F32 ? sizeof(float) : sizeof(double);
    }
}

static lnt_status read_field(lnt_csv *csv, size_t line, size_t column, char *cell)
{
    const lnt_field *const field = &csv->fields.items[column];
    if (csv->columns[column].skipped) {
        store(csv, cell, 0);
        return LNT_OK;
    }
    if (csv->columns[column].text) {
        return read_label(csv, line, column, field->text, field->length, cell);
    }
    const char *const end = lnt_number_read(&csv->numbers, csv->options.dtype, field->text, cell);
    if (end == field->text + field->length) {
        return LNT_OK;
    }
    if (csv->columns[column].label) {
        csv->columns[column].text = true;
        csv->restart = true;
        return LNT_OK;
    }
    const char *expected = "a number";
    if (lnt_number_like(field->text, field->length)) {
        expected = csv->options.dtype == LNT_F32 ? "a finite f32 number" : "a finite f64 number";
    }
    return lnt_csv_fail_field(csv, line, column, expected, field->text, field->length);
}

static size_t find_missing(const lnt_csv *csv)
{
    size_t j = 0;
    while (j < csv->cols &&
           (csv->columns[j].skipped ||
            !lnt_text_is_missing(csv->fields.items[j].text, csv->fields.items[j].length))) {
        j++;
    }
    return j;
}

static char *next_row(const lnt_csv *csv)
{
    return csv->data + csv->rows * csv->row_bytes;
}

lnt_status lnt_csv_read_fields(lnt_csv *csv, size_t line)
{
    if (csv->fields.count != csv->cols) {
        return lnt_fail(csv->error, LNT_ERR_FORMAT, "%s:%zu: expected %zu field%s, found %zu",
                        csv->reader.name, line, csv->cols, csv->cols == 1 ? "" : "s",
                        csv->fields.count);
    }
    const size_t missing = find_missing(csv);
    if (missing < csv->cols) {
        csv->dropped++;
        return csv->options.missing == LNT_MISSING_DROP ? LNT_OK
                                                        : lnt_csv_fail_missing(csv, line, missing);
    }
    LNT_TRY(lnt_csv_reserve_row(csv, line));
    char *cell = next_row(csv);
    for (size_t j = 0; j < csv->cols && !csv->restart; j++) {
        LNT_TRY(read_field(csv, line, j, cell));
        cell += lnt_dtype_size(csv->options.dtype);
    }
    csv->rows++;
    return LNT_OK;
}

lnt_status lnt_csv_read_record(lnt_csv *csv, const lnt_record *record)
{
    if (!record->quoted && !csv->has_skipped && csv->rows < csv->capacity) {
        row_format format = {csv->cols, LNT_F32, csv->delimiter, {csv->blanks[0], csv->blanks[1]}};
        bool done;
        if (csv->options.dtype == LNT_F32) { /* two calls, each compiled for one precision */
            done = read_plain(csv, format, record, next_row(csv));
        } else {
            format.dtype = LNT_F64;
            done = read_plain(csv, format, record, next_row(csv));
        }
        if (done) {
            csv->rows++;
            return LNT_OK;
        }
    }
    LNT_TRY(lnt_csv_split(csv, record));
    return lnt_csv_read_fields(csv, record->line);
}
