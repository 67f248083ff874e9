/* SPDX-License-Identifier: MIT */
#ifndef LNT_CLI_OUTFILE_H
#define LNT_CLI_OUTFILE_H

#include <linnet/linnet.h>
#include <stdbool.h>

/*
 * Finds out, before the work, whether `path` can be written: its folder exists and takes new files,
 * and it is no folder and none of the files that are read (`inputs`, NULL after the last); nor a
 * device or a pipe, if it will be `replaced` and not just written to.
 */
lnt_status lnt_cli_outfile_check(const char *path, bool replaced, const char *const *inputs,
                                 lnt_error *error);

/*
 * That `path` is none of the shards that `model`, if it is the index of such, may name: a file of
 * tensors that is there already in its folder.
 */
lnt_status lnt_cli_outfile_check_shards(const char *path, const char *model, lnt_error *error);

#endif
