/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_INPUT_FIELDS_H
#define LINNET_DATA_INPUT_FIELDS_H

#include <linnet/memory.h>
#include <linnet/status.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * A field without its quotes and the blanks around it. The byte after it is readable, and not part
 * of a number.
 */
typedef struct lnt_field {
    char *text;
    size_t length;
} lnt_field;

/** The fields of a record. */
typedef struct lnt_fields {
    const lnt_allocator *allocator;
    lnt_field *items;
    size_t count;
    size_t capacity;
} lnt_fields;

lnt_fields lnt_fields_init(const lnt_allocator *allocator);
void lnt_fields_clear(lnt_fields *fields);

/** A record with more fields is refused, like an array with more columns. */
#define LNT_FIELDS_MAX ((size_t) 1 << 24)

/**
 * Splits a record in place; doubled quotes become single quotes in the record. `LNT_ERR_FORMAT` if
 * a quote of field `fields->count` is not closed, or text follows the closing quote;
 * `LNT_ERR_TOO_LARGE` beyond LNT_FIELDS_MAX.
 */
lnt_status lnt_fields_split(lnt_fields *fields, char *begin, char *end, char delimiter);

/**
 * The newline that ends the record at `begin`; the record may have newlines in quotes. NULL if
 * there is none before `end`; then `*open` is the quote that is not closed, or NULL. A delimiter of
 * 0 means each candidate of `lnt_fields_detect_delimiter`.
 */
char *lnt_fields_find_end(char *begin, char *end, char delimiter, char **open);

/** The most frequent of , ; TAB | outside quotes in the record; a comma if there is none. */
char lnt_fields_detect_delimiter(const char *begin, const char *end);

#endif
