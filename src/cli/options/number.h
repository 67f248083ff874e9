/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OPTIONS_NUMBER_H
#define LINNET_CLI_OPTIONS_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Numbers in options and configuration files: decimal, without blanks. Hexadecimal numbers, "inf",
 * "nan" and what overflows are none. The functions change nothing if there is no number.
 */

/* Reads [+-] digits [. digits] [e [+-] digits]; the byte behind it, NULL if there is none. */
const char *lnt_cli_read_number(const char *text, double *value);

/* Reads a length of time as LNT_CLI_TIME has it: "90", "90s", "15m", "2h", "1d", "1:30:00". */
bool lnt_cli_read_seconds(const char *text, double *seconds);

#endif
