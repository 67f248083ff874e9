/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OUTPUT_MESSAGES_H
#define LINNET_CLI_OUTPUT_MESSAGES_H

#include <linnet/linnet.h>
#include <stdbool.h>

/* Messages on standard error, each one line that begins with the command's name. */

/* The command that the messages begin with; NULL: none. */
void lnt_cli_messages_command(const char *command);

/* Leaves out notes from now on; warnings and errors stay. */
void lnt_cli_messages_quiet(bool quiet);

/* An error; returns the exit status of a failure. */
int lnt_cli_fail(const char *format, ...) LNT_PRINTF(1, 2);

/* An error of the library: `error`'s sentence, or else the status's text; returns as above. */
int lnt_cli_fail_status(lnt_status status, const lnt_error *error);

/* An error in the command line; returns the exit status of a misuse. */
int lnt_cli_usage_error(const char *format, ...) LNT_PRINTF(1, 2);

void lnt_cli_warn(const char *format, ...) LNT_PRINTF(1, 2);
void lnt_cli_log(const char *format, ...) LNT_PRINTF(1, 2);

#endif
