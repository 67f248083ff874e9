/* SPDX-License-Identifier: MIT */
#include "data/csv/csv.h"

#include "data/table/labels.h"
#include <string.h>

/* The largest memory of a column besides its rows: field, name and state. */
enum { COLUMN_BYTES = 64, FEW_COLUMNS = 16384 };

static void set_delimiter(lnt_csv *csv, char delimiter)
{
    csv->delimiter = delimiter;
    csv->reader.delimiter = delimiter;
    csv->blanks[0] = delimiter == ' ' ? '\t' : ' ';
    csv->blanks[1] = delimiter == '\t' ? ' ' : '\t';
}

static lnt_status init_columns(lnt_csv *csv, size_t line)
{
    csv->cols = csv->fields.count;
    if (csv->cols > FEW_COLUMNS && csv->cols > csv->options.memory_limit / COLUMN_BYTES) {
        return lnt_fail(csv->error, LNT_ERR_TOO_LARGE,
                        "%s:%zu: %zu columns, of %d bytes each besides their rows, are beyond the "
                        "memory limit of %zu bytes",
                        csv->reader.name, line, csv->cols, COLUMN_BYTES, csv->options.memory_limit);
    }
    LNT_TRY(lnt_csv_name_columns(csv, line));
    csv->columns = lnt_allocate(csv->options.allocator, csv->cols, sizeof *csv->columns);
    csv->sets =
        lnt_allocate(csv->options.allocator, csv->options.n_label_columns, sizeof *csv->sets);
    if (csv->columns == NULL || csv->sets == NULL) {
        return lnt_csv_no_memory(csv);
    }
    for (size_t i = 0; i < csv->options.n_label_columns; i++) {
        csv->sets[i] = lnt_intern_init(csv->options.allocator);
    }
    LNT_TRY(lnt_csv_mark_labels(csv));
    lnt_csv_mark_skipped(csv);
    return LNT_OK;
}

/* Reads the first record: delimiter, header, columns, and the first row unless it is a header. */
static lnt_status read_first_record(lnt_csv *csv)
{
    size_t bytes = 0, newlines = 0;
    if (csv->reader.seekable && csv->chunk == 0) {
        LNT_TRY(lnt_record_reader_measure(&csv->reader, &bytes, &newlines));
    }
    lnt_record record;
    bool found;
    csv->reader.delimiter = csv->options.delimiter;
    LNT_TRY(lnt_record_reader_next(&csv->reader, &record, &found));
    if (!found) {
        return lnt_fail(
            csv->error, LNT_ERR_FORMAT, "%s: expected a table, found %s", csv->reader.name,
            lnt_record_reader_is_empty(&csv->reader) ? "an empty file" : "only blank lines");
    }
    set_delimiter(csv, csv->options.delimiter != '\0'
                           ? csv->options.delimiter
                           : lnt_fields_detect_delimiter(record.begin, record.end));
    LNT_TRY(lnt_csv_split(csv, &record));
    LNT_TRY(init_columns(csv, record.line));
    LNT_TRY(lnt_csv_allocate_matrix(csv, bytes, newlines));
    return csv->header || csv->chunk > 0 ? LNT_OK : lnt_csv_read_fields(csv, record.line);
}

lnt_status lnt_csv_rewind(lnt_csv *csv)
{
    lnt_record record;
    bool found;
    csv->restart = false;
    csv->rows = 0;
    csv->dropped = 0;
    LNT_TRY(lnt_record_reader_rewind(&csv->reader));
    return csv->header ? lnt_record_reader_next(&csv->reader, &record, &found) : LNT_OK;
}

lnt_status lnt_csv_check_rows(const lnt_csv *csv, size_t rows)
{
    if (rows == 0 && csv->dropped > 0) {
        return lnt_fail(csv->error, LNT_ERR_FORMAT,
                        "%s: no row is left: a value is missing in each of %zu", csv->reader.name,
                        csv->dropped);
    }
    if (rows == 0) {
        return lnt_fail(csv->error, LNT_ERR_FORMAT, "%s: expected rows, found only a header",
                        csv->reader.name);
    }
    return LNT_OK;
}

static lnt_status read_rows(lnt_csv *csv)
{
    for (bool found = true; found;) {
        lnt_record record;
        if (csv->restart) {
            LNT_TRY(lnt_csv_rewind(csv));
        }
        LNT_TRY(lnt_record_reader_next(&csv->reader, &record, &found));
        if (found) {
            LNT_TRY(lnt_csv_read_record(csv, &record));
        }
    }
    return lnt_csv_check_rows(csv, csv->rows);
}

static lnt_status encode_labels(const lnt_csv *csv, lnt_frame *frame)
{
    for (size_t j = 0; j < csv->cols; j++) {
        if (csv->columns[j].text) {
            const lnt_intern *const set = &csv->sets[csv->columns[j].set];
            bool numbers;
            LNT_TRY(lnt_labels_decode_numbers(frame, j, set, &csv->numbers, &numbers));
            if (!numbers) {
                LNT_TRY(lnt_labels_encode(frame, j, set));
            }
        }
    }
    return LNT_OK;
}

/* Moves the matrix and the names to a frame. */
static lnt_status make_frame(lnt_csv *csv, lnt_frame **frame)
{
    if (lnt_frame_create(frame, csv->options.dtype, csv->names, csv->options.allocator) != LNT_OK) {
        return lnt_csv_no_memory(csv);
    }
    (*frame)->data = csv->data;
    (*frame)->rows = csv->rows;
    (*frame)->dropped = csv->dropped;
    csv->names = NULL;
    csv->data = NULL;
    if (encode_labels(csv, *frame) != LNT_OK) {
        lnt_frame_destroy(*frame);
        *frame = NULL;
        return lnt_csv_no_memory(csv);
    }
    return LNT_OK;
}

void lnt_csv_close(lnt_csv *csv)
{
    for (size_t i = 0; csv->sets != NULL && i < csv->options.n_label_columns; i++) {
        lnt_intern_finish(&csv->sets[i]);
    }
    lnt_release(csv->options.allocator, csv->columns);
    lnt_release(csv->options.allocator, csv->sets);
    lnt_release(csv->options.allocator, csv->data);
    lnt_names_destroy(csv->names);
    lnt_fields_clear(&csv->fields);
    lnt_record_reader_close(&csv->reader);
    lnt_number_finish(&csv->numbers);
}

lnt_status lnt_csv_open(lnt_csv *csv, lnt_input *input, const lnt_read_options *options,
                        size_t chunk)
{
    *csv = (lnt_csv){.options = *options,
                     .error = input->error,
                     .fields = lnt_fields_init(options->allocator),
                     .chunk = chunk};
    if (!lnt_number_init(&csv->numbers)) {
        return lnt_fail(input->error, LNT_ERR_MEMORY, "%s: out of memory", input->name);
    }
    lnt_status status = lnt_record_reader_open(&csv->reader, input, options->allocator);
    if (status == LNT_OK) {
        status = read_first_record(csv);
    }
    if (status != LNT_OK) {
        lnt_csv_close(csv);
    }
    return status;
}

lnt_status lnt_csv_read_input(lnt_frame **frame, lnt_input *input, const lnt_read_options *options)
{
    lnt_csv csv;
    LNT_TRY(lnt_csv_open(&csv, input, options, 0));
    lnt_status status = read_rows(&csv);
    if (status == LNT_OK) {
        status = make_frame(&csv, frame);
    }
    lnt_csv_close(&csv);
    return status;
}

lnt_status lnt_csv_read(lnt_frame **frame, const char *path, const lnt_read_options *options,
                        lnt_error *error)
{
    if (frame == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "frame is required");
    }
    *frame = NULL;
    if (path == NULL || options == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "path and options are required");
    }
    LNT_TRY(lnt_csv_options_check(options, error));
    lnt_input input;
    LNT_TRY(lnt_input_open(&input, path, error));
    const lnt_status status = lnt_csv_read_input(frame, &input, options);
    lnt_input_close(&input);
    return status;
}
