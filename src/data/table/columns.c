/* SPDX-License-Identifier: MIT */
#include "data/table/columns.h"

#include "base/text/quote.h"
#include "base/text/suggest.h"
#include "data/table/names.h"
#include <stdlib.h>
#include <string.h>

/* Without snprintf, because there can be millions. */
void lnt_default_column_name(size_t index, char name[LNT_COLUMN_NAME_LENGTH])
{
    static const char prefix[] = "column";
    size_t digits = 1;
    for (size_t rest = (index + 1) / 10; rest > 0; rest /= 10) {
        digits++;
    }
    memcpy(name, prefix, sizeof prefix - 1);
    char *end = name + sizeof prefix - 1 + digits;
    *end = '\0';
    for (size_t number = index + 1; digits > 0; digits--, number /= 10) {
        *--end = (char) ('0' + number % 10);
    }
}

lnt_status lnt_default_column_names(lnt_names **names, size_t count, const lnt_allocator *allocator)
{
    char name[LNT_COLUMN_NAME_LENGTH];
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        lnt_default_column_name(i, name);
        length += strlen(name);
    }
    LNT_TRY(lnt_names_allocate(names, count, length, allocator));
    for (size_t i = 0; i < count; i++) {
        lnt_default_column_name(i, name);
        lnt_names_append(*names, name, strlen(name));
    }
    return LNT_OK;
}

/* [+-]digits as a 1-based number from the front or the back; LNT_NOT_FOUND if it is out of range.
 */
static size_t index_of_number(const char *text, size_t count, bool *is_number)
{
    const bool from_end = *text == '-';
    const char *p = text + (from_end || *text == '+');
    *is_number = *p != '\0' && p[strspn(p, "0123456789")] == '\0';
    size_t number = 0;
    for (; *is_number && *p != '\0' && number <= count; p++) {
        number = 10 * number + (size_t) (*p - '0');
    }
    if (number < 1 || number > count) {
        return LNT_NOT_FOUND;
    }
    return from_end ? count - number : number - 1;
}

static const char *name_at(size_t i, const void *context)
{
    const lnt_names *names = context;
    return i < lnt_names_count(names) ? lnt_names_get(names, i) : NULL;
}

static const char *begin_of(const char *file)
{
    return file != NULL ? file : "";
}

static const char *separator_of(const char *file)
{
    return file != NULL ? ": " : "";
}

static lnt_status not_found(const lnt_names *names, const char *column, bool is_number,
                            const char *file, lnt_error *error)
{
    const size_t count = lnt_names_count(names);
    const char *const plural = count == 1 ? "" : "s";
    char quoted[LNT_QUOTED_LENGTH];
    if (is_number) {
        return lnt_fail(
            error, LNT_ERR_INVALID,
            "%s%sno column %.40s: there %s %zu column%s, numbered from 1 (-1 is the last)",
            begin_of(file), separator_of(file), column, count == 1 ? "is" : "are", count, plural);
    }
    lnt_text_quote(column, strlen(column), quoted);
    const char *near = lnt_suggest(column, name_at, names);
    if (near == NULL) {
        return lnt_fail(error, LNT_ERR_INVALID, "%s%sno column %s among %zu column%s",
                        begin_of(file), separator_of(file), quoted, count, plural);
    }
    char near_quoted[LNT_QUOTED_LENGTH];
    return lnt_fail(error, LNT_ERR_INVALID, "%s%sno column %s; the nearest is %s", begin_of(file),
                    separator_of(file), quoted, lnt_text_quote(near, strlen(near), near_quoted));
}

lnt_status lnt_columns_find(const lnt_names *names, const char *column, size_t *index,
                            const char *file, lnt_error *error)
{
    const size_t count = lnt_names_count(names);
    const size_t found = lnt_names_find(names, column);
    if (found == LNT_NOT_FOUND) {
        bool is_number;
        const size_t numbered = index_of_number(column, count, &is_number);
        if (numbered == LNT_NOT_FOUND) {
            return not_found(names, column, is_number, file, error);
        }
        *index = numbered;
        return LNT_OK;
    }
    const size_t again = lnt_names_find_next(names, found);
    if (again != LNT_NOT_FOUND) {
        char quoted[LNT_QUOTED_LENGTH];
        lnt_text_quote(column, strlen(column), quoted);
        return lnt_fail(error, LNT_ERR_INVALID,
                        "%s%scolumns %zu and %zu are both named %s; choose one by its number",
                        begin_of(file), separator_of(file), found + 1, again + 1, quoted);
    }
    *index = found;
    return LNT_OK;
}
