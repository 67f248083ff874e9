/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OUTPUT_TEXT_H
#define LINNET_CLI_OUTPUT_TEXT_H

#include <jansson.h>
#include <linnet/linnet.h>
#include <stdio.h>

/* Long enough for any number of `lnt_cli_number`. */
#define LNT_CLI_NUMBER_MAX 32

/* The shortest decimal that reads back as the same value of `dtype`. */
void lnt_cli_number(double value, lnt_dtype dtype, char text[LNT_CLI_NUMBER_MAX]);

/* The plural ending of a noun: "" or "s". */
const char *lnt_cli_plural(size_t count);

/* Prints a name from outside, escaped and padded to `width` columns. */
void lnt_cli_print_name(FILE *stream, const char *name, size_t width);

/* The same of its first `width` columns, aligned to the right. */
void lnt_cli_print_short(FILE *stream, const char *name, size_t width);

/* Writes a CSV field, `prefix` and `text`, quoted if it must be. */
void lnt_cli_csv_field(FILE *stream, const char *prefix, const char *text);

/* A number for JSON: null for NaN and infinities. */
json_t *lnt_cli_json_number(double value);

/* A string for JSON: null for NULL, or where it is not UTF-8. */
json_t *lnt_cli_json_text(const char *text);

/*
 * Prints an object on a line of its own, numbers with up to `digits` digits, and releases it. An
 * object of NULL, one that could not be built, is LNT_ERR_MEMORY.
 */
lnt_status lnt_cli_json_print(json_t *object, size_t digits, FILE *stream);

#endif
