/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_TEXT_QUOTE_H
#define LINNET_BASE_TEXT_QUOTE_H

#include <linnet/text.h>
#include <stdbool.h>
#include <stddef.h>

#define LNT_EXCERPT_LENGTH 64

/** Text from a file for a sentence: escaped by `lnt_escape_character`, the rest cut. */
typedef struct lnt_excerpt {
    char text[LNT_EXCERPT_LENGTH];
} lnt_excerpt;

lnt_excerpt lnt_excerpt_of(const char *text);
/** The same of `length` bytes, which may have zeros. */
lnt_excerpt lnt_excerpt_of_bytes(const char *text, size_t length);

/** Room for what `lnt_text_quote` writes. */
#define LNT_QUOTED_LENGTH 72

/**
 * Puts text in quotes for a one-line message, escaped by `lnt_escape_character`; a text beyond 60
 * bytes is cut at a character and gets "...". Returns `quoted`.
 */
const char *lnt_text_quote(const char *text, size_t length, char quoted[LNT_QUOTED_LENGTH]);

/** Whether the bytes are UTF-8 without NUL: no overlong form, no surrogate, at most U+10FFFF. */
bool lnt_text_is_utf8(const char *text, size_t length);

/** Whether the text stands for a missing value: empty, NA, N/A, nan, null or ?, case aside. */
bool lnt_text_is_missing(const char *text, size_t length);

#endif
