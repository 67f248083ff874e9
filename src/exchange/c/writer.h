/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_C_WRITER_H
#define LINNET_EXCHANGE_C_WRITER_H

#include "base/files/atomic_file.h"

#include <linnet/tensor.h>

/**
 * A C source file that is being written. What fails is kept, and nothing is written from then on:
 * `lnt_c_close` says so.
 */
typedef struct lnt_c_writer {
    lnt_atomic_file file;
    lnt_error *error;
    lnt_status status;
    size_t used;
    size_t column; /* of the list of numbers that is being written */
    char buffer[1 << 14];
} lnt_c_writer;

/** On failure there is nothing to close. */
lnt_status lnt_c_open(lnt_c_writer *text, const char *path, lnt_error *error);
/** Puts the file in its place, or, if anything failed, leaves none. */
lnt_status lnt_c_close(lnt_c_writer *text);
/** Leaves none. */
void lnt_c_abandon(lnt_c_writer *text);

/** Without numbers other than whole ones: the locale has a say in those. */
void lnt_c_print(lnt_c_writer *text, const char *format, ...) LNT_PRINTF(2, 3);

/** A number as a C99 hexadecimal constant of that type; it must be finite. */
void lnt_c_number(lnt_c_writer *text, lnt_dtype dtype, double value);
/** The same as the next of a list between braces, broken into lines. */
void lnt_c_list_item(lnt_c_writer *text, lnt_dtype dtype, double value);

/** A string constant, whatever the bytes. */
void lnt_c_string(lnt_c_writer *text, const char *string);
/** A part of a comment: what could end it, or is not printed everywhere, becomes '_'. */
void lnt_c_comment(lnt_c_writer *text, const char *string);

#endif
