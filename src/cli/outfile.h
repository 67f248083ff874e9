/* SPDX-License-Identifier: MIT */
#ifndef LNT_CLI_OUTFILE_H
#define LNT_CLI_OUTFILE_H

#include <linnet/linnet.h>

/*
 * Finds out, before the work, whether `path` can be written: its folder exists and takes new files,
 * and it is no folder, no device and none of the files that are read (`input`, NULL after the
 * last).
 */
lnt_status lnt_cli_outfile_check(const char *path, const char *const *inputs, lnt_error *error);

#endif
