/* SPDX-License-Identifier: MIT */
#include "progress.h"
#include "target.h"
#include "train.h"

#include <stddef.h>

#define AT(member) .offset = offsetof(lnt_cli_train_settings, member)
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* The list ends where the library's does. */
static const char *activation_name(int i)
{
    return lnt_activation_name((lnt_activation) i);
}

lnt_dtype lnt_cli_train_dtype(int i)
{
    return i == 0 ? LNT_F32 : LNT_F64;
}

static const char *dtype_name(int i)
{
    return i >= 0 && i < 2 ? lnt_dtype_name(lnt_cli_train_dtype(i)) : NULL;
}

static const lnt_cli_option column_options[] = {
    {.name = "target",
     .letter = 't',
     .kind = LNT_CLI_TEXTS,
     AT(targets),
     .value = "COLUMN",
     .help = "Column to learn, by name or number (-1 is the last); repeat it for several"},
    {.name = "features",
     .kind = LNT_CLI_LIST,
     AT(features),
     .value = "COLUMNS",
     .help = "Columns to learn from, separated by commas (default: all but the targets)"},
    {.name = "exclude",
     .kind = LNT_CLI_LIST,
     AT(exclude),
     .value = "COLUMNS",
     .help = "Columns to leave out, separated by commas"},
    {.name = "task",
     .kind = LNT_CLI_CHOICE,
     AT(task),
     .value = "TASK",
     .initial = "auto",
     .choice = lnt_cli_task_name,
     .help = "What the target is: classes or a number; auto takes text, and up to 20 whole "
             "numbers, for classes"},
};

static const lnt_cli_option net_options[] = {
    {.name = "hidden",
     .kind = LNT_CLI_SIZES,
     AT(hidden),
     .value = "SIZES",
     .initial = "128",
     .least = 1,
     .most = 1000000,
     .help = "Units of each hidden layer, separated by commas, or none"},
    {.name = "activation",
     .kind = LNT_CLI_CHOICE,
     AT(activation),
     .value = "NAME",
     .initial = "relu",
     .choice = activation_name,
     .help = "Activation of the hidden layers"},
    {.name = "dtype",
     .kind = LNT_CLI_CHOICE,
     AT(dtype),
     .value = "DTYPE",
     .initial = "f32",
     .choice = dtype_name,
     .help = "Precision of the net"},
    {.name = "standardize",
     .kind = LNT_CLI_SWITCH,
     AT(standardize),
     .initial = "yes",
     .help = "Take columns as they are (default: inputs, and targets that are numbers, are "
             "brought to mean 0 and deviation 1)"},
};

static const lnt_cli_option training_options[] = {
    {.name = "epochs",
     .kind = LNT_CLI_COUNT,
     AT(epochs),
     .value = "N",
     .initial = "50",
     .least = 1,
     .most = 1000000,
     .help = "Passes over the training rows"},
    {.name = "batch",
     .kind = LNT_CLI_COUNT,
     AT(batch),
     .value = "ROWS",
     .initial = "32",
     .least = 1,
     .most = 1000000,
     .help = "Rows a step"},
    {.name = "lr",
     .kind = LNT_CLI_REAL,
     AT(learning_rate),
     .value = "RATE",
     .high = 1000,
     .above_low = true,
     .help = "Learning rate; by default 0.02 for classes, 0.005 for numbers"},
    {.name = "momentum",
     .kind = LNT_CLI_REAL,
     AT(momentum),
     .value = "SHARE",
     .initial = "0.9",
     .high = 1,
     .below_high = true,
     .help = "Momentum of gradient descent"},
    {.name = "shuffle",
     .kind = LNT_CLI_SWITCH,
     AT(shuffle),
     .initial = "yes",
     .help = "Keep the order of the training rows (default: a new one in each epoch)"},
    {.name = "validation",
     .kind = LNT_CLI_REAL,
     AT(validation),
     .value = "SHARE",
     .initial = "0.2",
     .high = 1,
     .below_high = true,
     .help = "Share of the rows to hold out, chosen at random, and evenly from each class"},
    {.name = "seed",
     .kind = LNT_CLI_COUNT,
     AT(seed),
     .value = "N",
     .initial = "0",
     .most = UINT64_MAX,
     .help = "Seed of all that is random; the same seed gives the same model"},
};

static const lnt_cli_option output_options[] = {
    {.name = "output",
     .letter = 'o',
     .kind = LNT_CLI_TEXT,
     AT(output),
     .value = "MODEL",
     .help = "File to save the model in (default: the data file's name with .safetensors, in this "
             "folder)"},
    {.name = "json",
     .kind = LNT_CLI_SWITCH,
     AT(json),
     .initial = "no",
     .help = "Print the result as JSON"},
    {.name = "progress",
     .kind = LNT_CLI_CHOICE,
     AT(progress),
     .value = "WHEN",
     .initial = "auto",
     .choice = lnt_cli_when_name,
     .help = "Show progress; auto: a bar on a terminal, else a few lines; always: a bar"},
    {.name = "quiet",
     .letter = 'q',
     .kind = LNT_CLI_SWITCH,
     AT(quiet),
     .initial = "no",
     .help = "Say nothing but results, warnings and errors"},
};

const lnt_cli_group lnt_cli_train_groups[LNT_CLI_TRAIN_GROUPS] = {
    {"Columns:", column_options, COUNT(column_options), 0},
    {"Net:", net_options, COUNT(net_options), 0},
    {"Training:", training_options, COUNT(training_options), 0},
    {"Reading:", lnt_cli_reading_options, LNT_CLI_READING_COUNT,
     offsetof(lnt_cli_train_settings, reading)},
    {"Output:", output_options, COUNT(output_options), 0},
};
