/* SPDX-License-Identifier: MIT */
#include "data/libsvm/libsvm.h"

#include "base/numbers/number.h"
#include "base/text/quote.h"
#include "data/input/record_reader.h"
#include "data/table/names.h"
#include "data/table/table.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A matrix with more cells than LARGE, and more than SPARSE cells for each number given, is
 * refused. */
#define LARGE ((size_t) 1 << 26)
#define SPARSE ((size_t) 10000)

typedef struct libsvm {
    const lnt_read_options *options;
    lnt_error *error;
    lnt_record_reader reader;
    lnt_number_reader numbers;
    lnt_sparse sparse;
    lnt_table table;
} libsvm;

static lnt_status fail_token(const libsvm *s, const lnt_record *record, const char *token,
                             const char *expected)
{
    char quoted[LNT_QUOTED_LENGTH];
    const size_t length = lnt_libsvm_token(token, record->end);
    return lnt_fail(s->error, LNT_ERR_FORMAT, "%s:%zu: expected %s, found %s", s->reader.name,
                    record->line, expected,
                    length > 0 ? lnt_text_quote(token, length, quoted) : "the line's end");
}

static lnt_status add(libsvm *s, size_t column, double value)
{
    const lnt_status status = lnt_sparse_add(&s->sparse, column, value, s->options->memory_limit);
    if (status == LNT_ERR_TOO_LARGE) {
        return lnt_fail(s->error, status, "%s: more numbers than the memory limit of %zu bytes",
                        s->reader.name, s->options->memory_limit);
    }
    return status == LNT_OK ? LNT_OK
                            : lnt_fail(s->error, status, "%s: out of memory", s->reader.name);
}

/* The number at `text`, or NaN if it is missing; `*end` is the end of the token. */
static lnt_status read_value(const libsvm *s, const lnt_record *record, const char *text,
                             const char **end, double *value)
{
    const bool f32 = s->options->dtype == LNT_F32;
    const size_t length = lnt_libsvm_token(text, record->end);
    float narrow = 0;
    *end =
        f32 ? lnt_number_f32(&s->numbers, text, &narrow) : lnt_number_f64(&s->numbers, text, value);
    if (*end == text + length) {
        *value = f32 ? (double) narrow : *value;
        return LNT_OK;
    }
    *end = text + length;
    if (length > 0 && lnt_text_is_missing(text, length)) {
        *value = NAN;
        return LNT_OK;
    }
    return fail_token(s, record, text, "a number");
}

/* index:value; the index is above `*last`. */
static lnt_status read_pair(libsvm *s, const lnt_record *record, const char **next, size_t *last)
{
    size_t index;
    const char *const colon = lnt_libsvm_index(*next, &index);
    if (colon == NULL) {
        return fail_token(s, record, *next, "index:value");
    }
    if (index == 0) {
        return fail_token(s, record, *next, "an index from 1");
    }
    if (index <= *last) {
        return fail_token(s, record, *next, "ascending indices");
    }
    double value = 0;
    LNT_TRY(read_value(s, record, colon + 1, next, &value));
    *last = index;
    return add(s, index, value);
}

/* Reads a line without its comment. */
static lnt_status read_line(libsvm *s, lnt_record *record)
{
    char *const comment = memchr(record->begin, '#', (size_t) (record->end - record->begin));
    if (comment != NULL) {
        record->end = comment;
    }
    const char *next = lnt_libsvm_skip(record->begin, record->end);
    if (next == record->end) {
        return LNT_OK;
    }
    double label = 0;
    LNT_TRY(read_value(s, record, next, &next, &label));
    LNT_TRY(add(s, 0, label));
    next = lnt_libsvm_skip(next, record->end);
    next = lnt_libsvm_skip(lnt_libsvm_skip_query(next, record->end), record->end);
    for (size_t last = 0; next < record->end; next = lnt_libsvm_skip(next, record->end)) {
        LNT_TRY(read_pair(s, record, &next, &last));
    }
    return LNT_OK;
}

static lnt_status read_lines(libsvm *s)
{
    s->reader.delimiter = '\x01'; /* quotes have no meaning: no field starts with this delimiter */
    for (;;) {
        lnt_record record;
        bool found;
        LNT_TRY(lnt_record_reader_next(&s->reader, &record, &found));
        if (!found) {
            break;
        }
        LNT_TRY(read_line(s, &record));
    }
    return s->sparse.rows > 0
               ? LNT_OK
               : lnt_fail(s->error, LNT_ERR_FORMAT,
                          "%s: expected lines LABEL INDEX:VALUE ..., found none", s->reader.name);
}

/* "target", "1", "2", … */
static lnt_status name_columns(libsvm *s, size_t cols)
{
    static const char target[] = "target";
    char name[LNT_NUMBER_LENGTH];
    size_t length = sizeof target - 1;
    for (size_t j = 1; j < cols; j++) {
        length += (size_t) snprintf(name, sizeof name, "%zu", j);
    }
    if (lnt_names_allocate(&s->table.names, cols, length, s->options->allocator) != LNT_OK) {
        return lnt_table_no_memory(&s->table);
    }
    lnt_names_append(s->table.names, target, sizeof target - 1);
    for (size_t j = 1; j < cols; j++) {
        const int n = snprintf(name, sizeof name, "%zu", j);
        lnt_names_append(s->table.names, name, (size_t) n);
    }
    return LNT_OK;
}

/* Writes the numbers to a matrix of zeros. */
static lnt_status scatter(libsvm *s)
{
    const lnt_tensor matrix =
        lnt_tensor_view(s->options->dtype, s->table.data, s->table.rows, s->table.cols);
    lnt_tensor values = matrix;
    size_t row = 0;
    for (size_t i = 0; i < s->sparse.count; i++) {
        const lnt_sparse_entry *const e = &s->sparse.entries[i];
        row += e->column == 0 && i > 0;
        LNT_TRY(lnt_tensor_set(&values, row, e->column, e->value));
        if (isnan(e->value)) {
            LNT_TRY(lnt_table_handle_nonfinite(&s->table, row, e->column, e->value));
        }
    }
    return LNT_OK;
}

static lnt_status densify(libsvm *s, lnt_frame **frame)
{
    const size_t rows = s->sparse.rows, cols = s->sparse.max_column + 1;
    if (cols > LARGE / rows && cols / SPARSE > s->sparse.count / rows) {
        return lnt_fail(s->error, LNT_ERR_TOO_LARGE,
                        "%s: %zu rows of %zu columns, in which %zu numbers are given, are too "
                        "sparse for a matrix",
                        s->reader.name, rows, cols, s->sparse.count);
    }
    LNT_TRY(lnt_table_shape(&s->table, rows, cols));
    LNT_TRY(name_columns(s, cols));
    LNT_TRY(lnt_table_resolve_columns(&s->table));
    LNT_TRY(lnt_table_allocate(&s->table, false));
    LNT_TRY(scatter(s));
    return lnt_table_to_frame(&s->table, frame);
}

lnt_status lnt_libsvm_read_input(lnt_frame **frame, lnt_input *input,
                                 const lnt_read_options *options)
{
    libsvm s = {.options = options,
                .error = input->error,
                .sparse = lnt_sparse_init(options->allocator),
                .table = lnt_table_init(options, input->name, input->error)};
    if (!lnt_number_init(&s.numbers)) {
        return lnt_fail(input->error, LNT_ERR_MEMORY, "%s: out of memory", input->name);
    }
    lnt_status status = lnt_record_reader_open(&s.reader, input, options->allocator);
    if (status == LNT_OK) {
        status = read_lines(&s);
    }
    if (status == LNT_OK) {
        status = densify(&s, frame);
    }
    lnt_table_clear(&s.table);
    lnt_sparse_clear(&s.sparse);
    lnt_record_reader_close(&s.reader);
    lnt_number_finish(&s.numbers);
    return status;
}
