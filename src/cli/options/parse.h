/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OPTIONS_PARSE_H
#define LINNET_CLI_OPTIONS_PARSE_H

#include "cli/options/command.h"

/*
 * Parses argv[1 …] by the command's tables and runs it, or shows its help. Returns an exit status.
 * argv[0] is overwritten.
 */
int lnt_cli_parse_and_run(const lnt_cli_command *command, int argc, const char **argv);

/* Prints the command's help to standard output. Returns an exit status. */
int lnt_cli_help(const lnt_cli_command *command);

#endif
