/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TEXT_H
#define LINNET_TEXT_H

#include <linnet/export.h>
#include <linnet/status.h>
#include <stddef.h>

LNT_BEGIN_DECLS

/** Room for a character or its escape sequence, and a final zero. */
#define LNT_ESCAPE_LENGTH 12

/**
 * Writes the first character of text[0 .. length), UTF-8, to `escaped` as it is safe to print on a
 * terminal, and returns how many bytes of `text` it is; 0 if `length` is 0. These become escape
 * sequences, because a terminal obeys them or does not show them: control characters (`\n`, `\t`,
 * `\r`, `\x1b`, `\u0085`), characters that change the direction of text, separators of lines and
 * spaces of no width (`\u202e`, `\U000e0001`), and bytes that are not UTF-8 (`\xff`). A backslash
 * stays as it is. A program that prints an `lnt_error` or names from a file calls it for each
 * character. Thread-safe.
 */
LNT_API size_t lnt_escape_character(const char *text, size_t length,
                                    char escaped[LNT_ESCAPE_LENGTH]);

/** Room for any number that `lnt_format_number` writes. */
#define LNT_FORMAT_NUMBER_LENGTH 32

/**
 * Writes `value` as short as reads back the same, with a decimal point whatever the locale; "nan",
 * "inf", "-inf". `LNT_ERR_MEMORY` if the system has none. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_format_number(double value,
                                                    char text[LNT_FORMAT_NUMBER_LENGTH]);

LNT_END_DECLS

#endif
