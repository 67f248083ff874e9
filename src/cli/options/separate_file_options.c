/* SPDX-License-Identifier: MIT */
#include "cli/options/separate_file_options.h"

const lnt_cli_option lnt_cli_separate_files_options[LNT_CLI_SEPARATE_FILES_COUNT] = {
    {.name = "inputs",
     .kind = LNT_CLI_TEXT,
     .offset = offsetof(lnt_cli_separate_files, inputs),
     .value = "FILE",
     .help = "File of the inputs only, instead of a file with all columns; needs --targets"},
    {.name = "targets",
     .kind = LNT_CLI_TEXT,
     .offset = offsetof(lnt_cli_separate_files, targets),
     .value = "FILE",
     .help = "File of the targets only, with as many rows; every column is a target"},
    {.name = "weights-file",
     .not_with = "weights",
     .kind = LNT_CLI_TEXT,
     .offset = offsetof(lnt_cli_separate_files, weights),
     .value = "FILE",
     .help = "File of the sample weights in the loss: one column, as many rows"},
};
