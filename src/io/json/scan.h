/* SPDX-License-Identifier: MIT */
#ifndef LINNET_IO_JSON_SCAN_H
#define LINNET_IO_JSON_SCAN_H

#include "io/json/text.h"

/**
 * JSON of large files, read in place and without a tree: `lnt_json_check` once, which finds the
 * whole text right, and then a cursor, which relies on that. Time and memory go with the bytes.
 */

/** How much there is in a text. */
typedef struct lnt_json_size {
    size_t items;   /* of the object or array that it is */
    size_t numbers; /* at any depth */
} lnt_json_size;

/**
 * Checks a text of `length` bytes, which must be one object or array, as `lnt_json_parse` does, but
 * for duplicate keys: the reader of the keys finds those.
 */
lnt_status lnt_json_check(const char *text, size_t length, size_t max_depth, lnt_json_context source,
                          lnt_json_size *size, lnt_error *error);

/** The next byte of a text that is right. What was taken has been changed: texts are decoded. */
typedef struct lnt_json_cursor {
    char *next;
} lnt_json_cursor;

/** Whether the next value begins with `open`, '{' or '[', which is then taken. */
bool lnt_json_enter(lnt_json_cursor *cursor, char open);

/** Whether another item comes before `close`; the comma, or `close`, is taken. */
bool lnt_json_more(lnt_json_cursor *cursor, char close);

/** The next value as text, decoded and terminated where it is; NULL, and not taken, if it is none.
 */
char *lnt_json_take_text(lnt_json_cursor *cursor);

/** The key of the next member, likewise, and takes the colon. */
char *lnt_json_take_key(lnt_json_cursor *cursor);

/** Whether the next value is a number that fits `*size`; it is taken. */
bool lnt_json_take_size(lnt_json_cursor *cursor, size_t *size);

/** Takes the next value, whatever it is. */
void lnt_json_skip(lnt_json_cursor *cursor);

/** How many items the object or array has whose bracket was just taken. */
size_t lnt_json_count(lnt_json_cursor cursor, char close);

#endif
