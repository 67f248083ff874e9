/* SPDX-License-Identifier: MIT */
#ifndef LINNET_IO_JSON_SCAN_H
#define LINNET_IO_JSON_SCAN_H

#include "io/json/text.h"

/**
 * JSON of large files, read in place and without a tree. `lnt_json_check` first validates the whole
 * text; then a cursor reads it without further checks. Time and memory are proportional to the
 * bytes.
 */

/** The size of a text. */
typedef struct lnt_json_size {
    size_t items;   /* of the outermost object or array */
    size_t numbers; /* at any depth */
} lnt_json_size;

/**
 * Validates a text of `length` bytes, which must be one object or array, like `lnt_json_parse`, but
 * without a check for duplicate keys, which the reader of the keys makes.
 */
lnt_status lnt_json_check(const char *text, size_t length, size_t max_depth,
                          lnt_json_context context, lnt_json_size *size, lnt_error *error);

/**
 * The next byte of a validated text. Bytes before it may be changed: texts are decoded in place.
 */
typedef struct lnt_json_cursor {
    char *next;
} lnt_json_cursor;

/**
 * Enters an object or array: whether the next byte is `open`, '{' or '[', which is then skipped.
 */
bool lnt_json_enter(lnt_json_cursor *cursor, char open);

/** Whether another item follows before `close`; the comma, or `close`, is skipped. */
bool lnt_json_more(lnt_json_cursor *cursor, char close);

/**
 * Reads the next value as text, decoded and terminated in place. NULL, and nothing is read, if it
 * is not a text.
 */
char *lnt_json_take_text(lnt_json_cursor *cursor);

/** Reads the key of the next item of an object, in the same way, and the colon. */
char *lnt_json_take_key(lnt_json_cursor *cursor);

/** Reads the next value as a number; false, if it is none or does not fit `*size`. */
bool lnt_json_take_size(lnt_json_cursor *cursor, size_t *size);

/** Skips the next value. */
void lnt_json_skip(lnt_json_cursor *cursor);

/** The number of items of the object or array that was just entered. */
size_t lnt_json_count(lnt_json_cursor cursor, char close);

#endif
