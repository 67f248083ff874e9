/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OPTIONS_SETTING_OPTIONS_H
#define LINNET_CLI_OPTIONS_SETTING_OPTIONS_H

#include "cli/options/options.h"

/* Options made from the tables of settings of the library: name, range, default and help. */

#define LNT_CLI_HELP_MAX 320

/* What differs from the rule that `lm.mu_inc` is the option --mu-inc. */
typedef struct lnt_cli_setting_rule {
    const char *setting;
    const char *option;  /* NULL: there is no option */
    const char *initial; /* the default, whatever the choice; NULL: by kind */
    lnt_cli_kind kind;   /* LNT_CLI_BYTES; else of the setting's type */
    const char *help;    /* NULL: the setting's help */
} lnt_cli_setting_rule;

/* A table of settings, and how its options depend on the option of the kind. */
typedef struct lnt_cli_setting_source {
    const lnt_setting *settings;
    size_t count;
    size_t offset;          /* of the library's struct in the command's settings */
    const char *depends_on; /* the option that chooses the kind */
    unsigned first;         /* its choice that is kind 0 */
    unsigned n_kinds;
    const lnt_cli_setting_rule *rules;
    size_t n_rules;
    /* Sets the library's struct to the command's defaults of a kind. */
    void (*defaults)(unsigned kind, void *config);
} lnt_cli_setting_source;

/* Texts of the help, which outlive the options. */
typedef char lnt_cli_help_text[LNT_CLI_HELP_MAX];

/*
 * Appends an option for each setting to `options`, of which `count` are there already; settings of
 * several kinds with one option name are one option. `texts` and `names` have room for as many.
 * Returns the new count.
 */
size_t lnt_cli_setting_options(const lnt_cli_setting_source *source, lnt_cli_option *options,
                               size_t count, lnt_cli_help_text *texts, lnt_cli_help_text *names);

#endif
