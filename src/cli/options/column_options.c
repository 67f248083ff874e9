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
     .help = "Column to learn, by name or by number (1 is the first, -1 the last); repeat it for "
             "several"},
    {.name = "features",
     .not_with = "from",
     .kind = LNT_CLI_LIST,
     LNT_CLI_AT(features),
     .value = "COLUMNS",
     .help = "Columns to learn from, by name or by number (1 is the first, -1 the last), separated "
             "by commas "
             "(default: all but the targets)"},
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
     .help = "What the target is: classes or a number; auto takes text, and up to 20 whole "
             "numbers, for classes"},
    {.name = "weights",
     .kind = LNT_CLI_TEXT,
     LNT_CLI_AT(weights),
     .value = "COLUMN",
     .help =
         "Column of weights of the rows in the loss, by name or by number (1 is the first, -1 the "
         "last); it is not learned from"},
    {.name = "standardize",
     .not_with = "from",
     .kind = LNT_CLI_SWITCH,
     LNT_CLI_AT(standardize),
     .initial = "yes",
     .help = "Take columns as they are, but for what --scale-inputs and --scale-targets say"},
    {.name = "scale-inputs",
     .not_with = "from",
     .kind = LNT_CLI_CHOICE,
     LNT_CLI_AT(scale_inputs),
     .value = "HOW",
     .initial = "standard",
     .choice = scaling_name,
     .help = "How inputs are scaled, by the training rows"},
    {.name = "scale-targets",
     .not_with = "from",
     .kind = LNT_CLI_CHOICE,
     LNT_CLI_AT(scale_targets),
     .value = "HOW",
     .initial = "standard",
     .choice = scaling_name,
     .help = "Likewise targets that are numbers, but for the losses binary_cross_entropy and "
             "poisson; predictions come in their own unit"},
};

const lnt_cli_group lnt_cli_separate_files_group = {
    "Separate files:", lnt_cli_separate_files_options, LNT_CLI_SEPARATE_FILES_COUNT,
    offsetof(lnt_cli_train_settings, separate_files)};
const lnt_cli_group lnt_cli_column_group = {"Columns:", options, LNT_CLI_COUNT_OF(options), 0};
const lnt_cli_group lnt_cli_train_reading_group = {"Reading:", lnt_cli_reading_options,
                                                   LNT_CLI_READING_COUNT,
                                                   offsetof(lnt_cli_train_settings, reading)};
