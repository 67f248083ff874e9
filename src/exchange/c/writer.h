/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_C_WRITER_H
#define LINNET_EXCHANGE_C_WRITER_H

#include "base/files/atomic_file.h"

#include <linnet/tensor.h>

/**
 * A writer of a C source file. After an error, nothing more is written, and `lnt_c_close` returns
 * the error.
 */
typedef struct lnt_c_writer {
    lnt_atomic_file file;
    lnt_error *error;
    lnt_status status;
    size_t used;
    size_t column; /* current column of a list of numbers */
    char buffer[1 << 14];
} lnt_c_writer;

/** On failure there is nothing to close. */
lnt_status lnt_c_open(lnt_c_writer *text, const char *path, lnt_error *error);
/** Commits the file; on an earlier error, leaves no file. */
lnt_status lnt_c_close(lnt_c_writer *text);
/** Removes the file. */
void lnt_c_abandon(lnt_c_writer *text);

/**
 * Prints formatted text; integers are the only numbers allowed, because the locale changes others.
 */
void lnt_c_print(lnt_c_writer *text, const char *format, ...) LNT_PRINTF(2, 3);

/** Writes a number as a C99 hexadecimal constant of that type; it must be finite. */
void lnt_c_number(lnt_c_writer *text, lnt_dtype dtype, double value);
/** Writes a number as the next item of a list in braces, broken into lines. */
void lnt_c_list_item(lnt_c_writer *text, lnt_dtype dtype, double value);

/** Writes a string constant of any bytes. */
void lnt_c_string(lnt_c_writer *text, const char *string);
/** Writes part of a comment: characters that could end it, or are not printable, become '_'. */
void lnt_c_comment(lnt_c_writer *text, const char *string);

#endif
