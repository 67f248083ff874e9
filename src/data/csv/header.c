/* SPDX-License-Identifier: MIT */
#include "base/text/quote.h"
#include "data/csv/csv.h"
#include "data/table/columns.h"
#include "data/table/names.h"
#include <string.h>

static bool is_field(const lnt_field *field, const char *text)
{
    return field->length == strlen(text) && memcmp(field->text, text, field->length) == 0;
}

/* Whether the options choose this column as a label column by number. */
static bool is_label_by_number(const lnt_csv *csv, size_t column)
{
    for (size_t i = 0; i < csv->options.n_label_columns; i++) {
        size_t index;
        if (lnt_columns_find(csv->names, csv->options.label_columns[i], &index, NULL, NULL) ==
                LNT_OK &&
            index == column) {
            return true;
        }
    }
    return false;
}

static bool is_label_by_name(const lnt_csv *csv, const lnt_field *field)
{
    for (size_t i = 0; i < csv->options.n_label_columns; i++) {
        if (is_field(field, csv->options.label_columns[i]) &&
            !lnt_number_like(field->text, field->length)) {
            return true;
        }
    }
    return false;
}

/* The first record is a header if a field is text in a column of numbers. A missing field does not
 * count. At this point the columns have default names. */
static bool is_header(const lnt_csv *csv)
{
    for (size_t j = 0; j < csv->cols; j++) {
        const lnt_field *const field = &csv->fields.items[j];
        if (is_label_by_name(csv, field)) {
            return true;
        }
        if (!lnt_number_like(field->text, field->length) &&
            !lnt_text_is_missing(field->text, field->length) && !is_label_by_number(csv, j)) {
            return true;
        }
    }
    return false;
}

/* Makes the fields the names of the columns; an empty field gives the default name. */
static lnt_status read_names(lnt_csv *csv, size_t line)
{
    size_t length = 0;
    for (size_t j = 0; j < csv->cols; j++) {
        const lnt_field *const field = &csv->fields.items[j];
        LNT_TRY(lnt_csv_check_text(csv, line, j, field->text, field->length));
        length += field->length > 0 ? field->length : LNT_COLUMN_NAME_LENGTH;
    }
    lnt_names *names;
    if (lnt_names_allocate(&names, csv->cols, length, csv->options.allocator) != LNT_OK) {
        return lnt_csv_no_memory(csv);
    }
    for (size_t j = 0; j < csv->cols; j++) {
        const lnt_field *const field = &csv->fields.items[j];
        char default_name[LNT_COLUMN_NAME_LENGTH];
        if (field->length > 0) {
            lnt_names_append(names, field->text, field->length);
        } else {
            lnt_default_column_name(j, default_name);
            lnt_names_append(names, default_name, strlen(default_name));
        }
    }
    csv->names = names;
    return LNT_OK;
}

static lnt_status set_default_names(lnt_csv *csv)
{
    return lnt_default_column_names(&csv->names, csv->cols, csv->options.allocator) == LNT_OK
               ? LNT_OK
               : lnt_csv_no_memory(csv);
}

lnt_status lnt_csv_name_columns(lnt_csv *csv, size_t line)
{
    if (csv->options.header != LNT_HEADER_PRESENT) {
        LNT_TRY(set_default_names(csv));
    }
    csv->header = csv->options.header == LNT_HEADER_PRESENT ||
                  (csv->options.header == LNT_HEADER_AUTO && is_header(csv));
    if (!csv->header) {
        return LNT_OK;
    }
    lnt_names_destroy(csv->names);
    csv->names = NULL;
    return read_names(csv, line);
}

lnt_status lnt_csv_mark_labels(lnt_csv *csv)
{
    for (size_t i = 0; i < csv->options.n_label_columns; i++) {
        size_t index;
        LNT_TRY(lnt_columns_find(csv->names, csv->options.label_columns[i], &index,
                                 csv->reader.name, csv->error));
        csv->columns[index].label = true;
        csv->columns[index].set = (unsigned) i; /* index of the last option that names it */
        /* If the input cannot be read twice, cells are stored as text until their type is known. */
        csv->columns[index].text = !csv->reader.seekable;
    }
    return LNT_OK;
}

void lnt_csv_mark_skipped(lnt_csv *csv)
{
    for (size_t i = 0; i < csv->options.n_use_columns; i++) {
        size_t index;
        if (lnt_columns_find(csv->names, csv->options.use_columns[i], &index, NULL, NULL) ==
            LNT_OK) {
            csv->columns[index].skipped = true; /* inverted below: these are the columns to use */
            csv->has_skipped = true;
        }
    }
    for (size_t j = 0; j < csv->cols; j++) {
        csv->columns[j].skipped = csv->has_skipped && !csv->columns[j].skipped;
        csv->columns[j].text = csv->columns[j].text && !csv->columns[j].skipped;
    }
}
