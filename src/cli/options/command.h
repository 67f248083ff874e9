/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OPTIONS_COMMAND_H
#define LINNET_CLI_OPTIONS_COMMAND_H

#include "cli/options/options.h"
#include "cli/output/exit_status.h"

#include <stddef.h>

#define LNT_CLI_ARGUMENTS_MAX 2

/* The option whose value is a configuration file. */
#define LNT_CLI_CONFIG_OPTION "config"

/* A command, such as `linnet train`: its command line, its help and what it does. */
typedef struct lnt_cli_command {
    const char *name;
    const char *summary; /* one line for the list of commands */
    const char *details; /* paragraph for the help, or "" */
    const char *example; /* for the help, or "" */
    const char *usage;   /* what follows the name: "[OPTION…] FILE.csv" */
    const char *arguments[LNT_CLI_ARGUMENTS_MAX + 1]; /* what each is called in messages */
    bool repeats_first; /* the first may be several, before the others */
    size_t n_optional;  /* of them, the last ones, which `run` may find to be NULL */
    const lnt_cli_group *const *groups;
    size_t n_groups;
    size_t settings_size;
    size_t values_offset; /* where in the settings a copy of their `lnt_cli_option_values` goes; 0:
                             none */
    /* Runs with parsed settings and arguments, as many as are named; returns an exit status. */
    int (*run)(const void *settings, const char *const *arguments);
} lnt_cli_command;

extern const lnt_cli_command lnt_cli_train, lnt_cli_predict, lnt_cli_evaluate, lnt_cli_info,
    lnt_cli_cv, lnt_cli_lr, lnt_cli_export, lnt_cli_import;

#endif
