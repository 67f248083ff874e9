/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OUTPUT_OUTPUT_FILE_H
#define LINNET_CLI_OUTPUT_OUTPUT_FILE_H

#include <linnet/linnet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What stands for standard output, and as an input for standard input. */
#define LNT_CLI_STANDARD "-"

/* A file that a command writes. All is borrowed. */
typedef struct lnt_cli_outfile {
    const char *option;   /* that names it, such as "output" */
    const char *path;     /* NULL: not asked for */
    bool binary;          /* not text: a terminal cannot show it */
    bool direct;          /* a device or a pipe is written to as it is */
    const char *replaces; /* an input that it may replace, since that is read before; or NULL */
} lnt_cli_outfile;

/* Whether the path stands for standard output. */
bool lnt_cli_is_standard(const char *path);

/*
 * Checks what is sent to standard output: one file at most, and nothing binary if it is a terminal.
 * An exit status.
 */
int lnt_cli_outfiles_usage(const lnt_cli_outfile *files, size_t count);

/* Where a command prints what it has to say besides: standard error if a file has the other one. */
FILE *lnt_cli_outfiles_summary(const lnt_cli_outfile *files, size_t count);

/*
 * Finds out, before the work, whether all files can be written, by the first steps of the writer
 * itself. No two may be one file, by whatever paths, and none an input, of which some may be NULL;
 * an input may be "FILE.npz:NAME".
 */
lnt_status lnt_cli_outfiles_check(const lnt_cli_outfile *files, size_t count,
                                  const char *const *inputs, size_t n_inputs, lnt_error *error);

/* That none of the files is the folder of checkpoints or one that the folder itself has. */
lnt_status lnt_cli_outfiles_check_checkpoints(const lnt_cli_outfile *files, size_t count,
                                              const char *folder, lnt_error *error);

/*
 * That `path` is none of the shards that `model`, if it is the index of such, may name: a file of
 * tensors that is there already in its folder.
 */
lnt_status lnt_cli_outfile_check_shards(const char *path, const char *model, lnt_error *error);

#endif
