/* SPDX-License-Identifier: MIT */
#include "data/csv/csv.h"

#include "base/text/quote.h"
#include "data/table/columns.h"
#include <string.h>

/* The column's name in quotes; its default name before the columns have names. */
static const char *quote_name(const lnt_csv *csv, size_t column, char quoted[LNT_QUOTED_LENGTH])
{
    char default_name[LNT_COLUMN_NAME_LENGTH];
    const char *name = lnt_names_get(csv->names, column);
    if (name == NULL) {
        lnt_default_column_name(column, default_name);
        name = default_name;
    }
    return lnt_text_quote(name, strlen(name), quoted);
}

static const char *describe(const char *text, size_t length, char quoted[LNT_QUOTED_LENGTH])
{
    if (length == 0) {
        return "an empty field";
    }
    return memchr(text, '\0', length) != NULL ? "a NUL byte" : lnt_text_quote(text, length, quoted);
}

lnt_status lnt_csv_fail_field(const lnt_csv *csv, size_t line, size_t column, const char *expected,
                              const char *text, size_t length)
{
    char name[LNT_QUOTED_LENGTH], found[LNT_QUOTED_LENGTH];
    return lnt_fail(csv->error, LNT_ERR_FORMAT, "%s:%zu: column %s: expected %s, found %s",
                    csv->reader.name, line, quote_name(csv, column, name), expected,
                    describe(text, length, found));
}

lnt_status lnt_csv_fail_missing(const lnt_csv *csv, size_t line, size_t column)
{
    char name[LNT_QUOTED_LENGTH], found[LNT_QUOTED_LENGTH];
    const lnt_field *const field = &csv->fields.items[column];
    return lnt_fail(csv->error, LNT_ERR_FORMAT, "%s:%zu: column %s: a value is missing (found %s)",
                    csv->reader.name, line, quote_name(csv, column, name),
                    describe(field->text, field->length, found));
}

lnt_status lnt_csv_no_memory(const lnt_csv *csv)
{
    return lnt_fail(csv->error, LNT_ERR_MEMORY, "%s: out of memory", csv->reader.name);
}

lnt_status lnt_csv_check_text(const lnt_csv *csv, size_t line, size_t column, const char *text,
                              size_t length)
{
    if (lnt_text_is_utf8(text, length)) {
        return LNT_OK;
    }
    return lnt_csv_fail_field(csv, line, column, "UTF-8 text", text, length);
}

lnt_status lnt_csv_split(lnt_csv *csv, const lnt_record *record)
{
    const lnt_status status =
        lnt_fields_split(&csv->fields, record->begin, record->end, csv->delimiter);
    if (status == LNT_ERR_FORMAT) {
        char name[LNT_QUOTED_LENGTH];
        return lnt_fail(csv->error, status,
                        "%s:%zu: column %s: expected a closing quote, then a delimiter",
                        csv->reader.name, record->line, quote_name(csv, csv->fields.count, name));
    }
    if (status == LNT_ERR_TOO_LARGE) {
        return lnt_fail(csv->error, status, "%s:%zu: expected at most %zu columns, found more",
                        csv->reader.name, record->line, LNT_FIELDS_MAX);
    }
    return status == LNT_OK ? LNT_OK : lnt_csv_no_memory(csv);
}
