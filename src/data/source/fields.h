/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_SOURCE_FIELDS_H
#define LINNET_DATA_SOURCE_FIELDS_H

#include <linnet/memory.h>
#include <linnet/status.h>
#include <stdbool.h>
#include <stddef.h>

/** A field without its quotes and the blanks around it; a byte that no number has follows it. */
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
void lnt_fields_finish(lnt_fields *fields);

/** A record of more fields than this is refused, as an array of so many columns is. */
#define LNT_FIELDS_MOST ((size_t) 1 << 24)

/**
 * Splits a record, which it changes where a quote is doubled. `LNT_ERR_FORMAT` if in the field
 * with index `fields->count` a quote is not closed, or text follows the closing one;
 * `LNT_ERR_TOO_LARGE` beyond LNT_FIELDS_MOST.
 */
lnt_status lnt_fields_split(lnt_fields *fields, char *begin, char *end, char delimiter);

/**
 * The newline that ends the record at `begin`, which may have newlines in quotes. NULL if there is
 * none before `end`; `*open` is then the quote that is not closed, or NULL. A delimiter of 0 stands
 * for each candidate of `lnt_fields_guess`.
 */
char *lnt_fields_end(char *begin, char *end, char delimiter, char **open);

/** The one of , ; TAB | that the record has most of outside quotes; the comma if none. */
char lnt_fields_guess(const char *begin, const char *end);

#endif
