/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OPTIONS_CONFIG_H
#define LINNET_CLI_OPTIONS_CONFIG_H

#include "cli/options/option_values.h"

/*
 * Reads `KEY = VALUE` lines, the keys being names of options; the values of those that the command
 * line will give are checked too. `#` at the start of a line or behind a blank begins a comment;
 * a value may stand in double quotes, with \" \\ \n \t \r. A key comes once, but for options that
 * may be repeated. `LNT_ERR_INVALID` with "FILE:LINE: …", or `LNT_ERR_IO`.
 */
lnt_status lnt_cli_config_read(const lnt_cli_option_values *values, const char *path,
                               lnt_error *error);

#endif
