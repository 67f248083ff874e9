/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_TEXT_ESCAPED_H
#define LINNET_BASE_TEXT_ESCAPED_H

#include <linnet/text.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Text from outside, such as a path, a column name or a label, as `lnt_escape_character` shows it.
 */

/* Writes the next character of `*text`, which is not at its end, and moves on; returns its columns,
   a character being one. */
size_t lnt_escape_next(const char **text, char escaped[LNT_ESCAPE_LENGTH]);

/* Columns of the escaped text. */
size_t lnt_escaped_width(const char *text);

void lnt_print_escaped(FILE *stream, const char *text);

/* The character of that code as UTF-8, not terminated; returns its bytes, 0 if there is none. */
size_t lnt_utf8_encode(uint32_t code, char bytes[4]);

#endif
