/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OPTIONS_SEPARATE_FILE_OPTIONS_H
#define LINNET_CLI_OPTIONS_SEPARATE_FILE_OPTIONS_H

#include "cli/options/options.h"

/* Files of which each holds a part of every row, in place of a file with all columns. */
typedef struct lnt_cli_separate_files {
    char *inputs;  /* or NULL, like the others */
    char *targets; /* with inputs only */
    char *weights;
} lnt_cli_separate_files;

/* Their options; the one of the weights is the last. */
#define LNT_CLI_SEPARATE_FILES_COUNT 3
extern const lnt_cli_option lnt_cli_separate_files_options[LNT_CLI_SEPARATE_FILES_COUNT];

#endif
