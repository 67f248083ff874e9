/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OUTPUT_SAVE_H
#define LINNET_CLI_OUTPUT_SAVE_H

#include <linnet/linnet.h>

/* Writes a whole file at `path`; `context` is what goes into it. */
typedef lnt_status lnt_cli_writer(const void *context, const char *path, lnt_error *error);

/*
 * Writes a file at `path`. For "-" it is made in the temporary folder ($TMPDIR or /tmp), copied to
 * standard output and removed.
 *
 * If `rescued` is not NULL and the file cannot be written, it is written beside under another name,
 * or else into a new folder in the temporary folder. The status is that of the failure all the
 * same, and `*rescued` is the path where the file is then, for the caller to free; else NULL.
 */
lnt_status lnt_cli_save(const char *path, lnt_cli_writer *write, const void *context,
                        char **rescued, lnt_error *error);

#endif
