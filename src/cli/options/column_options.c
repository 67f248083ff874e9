/* SPDX-License-Identifier: MIT */
#include "cli/options/task.h"
#include "cli/options/train_settings.h"

static const char *scaling_name(int i)
{
    return lnt_scaling_name((lnt_scaling) i);
}

static const lnt_cli_option options[] = {
    {.name = "target",
     .letter = 't',
     .kind = LNT_CLI_TEXTS,
     LNT_CLI_AT(targets),
     .value = "COLUMN",
     .help = "Target column, by name or by number (1 is the first, -1 the last); repeat it for "
             "several"},
    {.name = "features",
     .not_with = "from",
     .kind = LNT_CLI_LIST,
     LNT_CLI_AT(features),
     .value = "COLUMNS",
     .help = "Input columns, by name or by number (1 is the first, -1 the last), separated by "
             "commas (default: all but the targets)"},
    {.name = "exclude",
     .kind = LNT_CLI_LIST,
     LNT_CLI_AT(exclude),
     .value = "COLUMNS",
     .help = "Columns to leave out, by name or by number (1 is the first, -1 the last), separated "
             "by commas"},
    {.name = "task",
     .not_with = "from",
     .kind = LNT_CLI_CHOICE,
     LNT_CLI_AT(task),
     .value = "TASK",
     .initial = "auto",
     .choice = lnt_cli_task_name,
     .help = "Kind of the target; auto: text, and up to 20 different whole numbers, are classes"},
    {.name = "weights",
     .kind = LNT_CLI_TEXT,
     LNT_CLI_AT(weights),
     .value = "COLUMN",
     .help = "Column of the sample weights in the loss, by name or by number (1 is the first, -1 "
             "the last); it is not an input"},
    {.name = "standardize",
     .not_with = "from",
     .kind = LNT_CLI_SWITCH,
     LNT_CLI_AT(standardize),
     .initial = "yes",
     .help = "Do not scale columns, except as --scale-inputs and --scale-targets say"},
    {.name = "scale-inputs",
     .not_with = "from",
     .kind = LNT_CLI_CHOICE,
     LNT_CLI_AT(scale_inputs),
     .value = "HOW",
     .initial = "standard",
     .choice = scaling_name,
     .help = "Scaling of the inputs, fitted on the training rows"},
    {.name = "scale-targets",
     .not_with = "from",
     .kind = LNT_CLI_CHOICE,
     LNT_CLI_AT(scale_targets),
     .value = "HOW",
     .initial = "standard",
     .choice = scaling_name,
     .help = "Scaling of numeric targets, except for the losses binary_cross_entropy and poisson; "
             "predictions are in the original unit"},
};

const lnt_cli_group lnt_cli_separate_files_group = {
    "Separate files:", lnt_cli_separate_files_options, LNT_CLI_SEPARATE_FILES_COUNT,
    offsetof(lnt_cli_train_settings, separate_files)};
const lnt_cli_group lnt_cli_column_group = {"Columns:", options, LNT_CLI_COUNT_OF(options), 0};
const lnt_cli_group lnt_cli_train_reading_group = {"Reading:", lnt_cli_reading_options,
                                                   LNT_CLI_READING_COUNT,
                                                   offsetof(lnt_cli_train_settings, reading)};
