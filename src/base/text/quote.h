/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_TEXT_QUOTE_H
#define LINNET_BASE_TEXT_QUOTE_H

#include <linnet/text.h>
#include <stdbool.h>
#include <stddef.h>

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

/** Least number of bytes put in, taken out, replaced or swapped with their neighbour. */
size_t lnt_text_distance(const char *a, const char *b);

#endif
