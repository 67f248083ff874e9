/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OPTIONS_OPTION_VALUES_H
#define LINNET_CLI_OPTIONS_OPTION_VALUES_H

#include "cli/options/options.h"

#include <stddef.h>
#include <stdio.h>

/* Where a value comes from: nowhere, the command line, or else a line of a configuration file. */
#define LNT_CLI_BY_DEFAULT ((size_t) 0)
#define LNT_CLI_BY_COMMAND ((size_t) -1)

/* The options of a command, counted through its groups, and their values. */
typedef struct lnt_cli_option_values {
    const lnt_cli_group *const *groups;
    size_t n_groups;
    void *settings;
    size_t *origins; /* one an option */
} lnt_cli_option_values;

size_t lnt_cli_option_values_count(const lnt_cli_option_values *values);

/* Option `index`, and where its value lies; NULL after the last. `place` may be NULL. */
const lnt_cli_option *lnt_cli_option_values_option(const lnt_cli_option_values *values,
                                                   size_t index, void **place);

/* The index of the option of that name; the number of options if there is none. */
size_t lnt_cli_option_values_find(const lnt_cli_option_values *values, const char *name);

/* Sets every option to its default; the settings must be zeroed. */
lnt_status lnt_cli_option_values_init(const lnt_cli_option_values *values, lnt_error *error);

/* Frees what the options own. */
void lnt_cli_option_values_clear(const lnt_cli_option_values *values);

/*
 * Sets an option from text. A list grows by what comes from one place, and is replaced by what
 * comes from another.
 */
lnt_status lnt_cli_option_values_assign(const lnt_cli_option_values *values, size_t index,
                                        const char *text, size_t origin, lnt_error *error);

/* Whether the option was given, and not left at its default. */
bool lnt_cli_option_values_given(const lnt_cli_option_values *values, const char *name);

/* Whether it has a meaning with the current choice of the option it depends on, and with what was
 * given. */
bool lnt_cli_option_values_applies(const lnt_cli_option_values *values, size_t index);

/*
 * The first option that was given although it has no meaning with what was chosen, the number of
 * options if there is none; `why` then says so.
 */
size_t lnt_cli_option_values_conflict(const lnt_cli_option_values *values, char *why, size_t size);

/* Copies from `base`, laid out as the settings, what was not given of the options from `first`. */
void lnt_cli_option_values_fill(const lnt_cli_option_values *values, const lnt_cli_option *options,
                                size_t count, const void *base);

/* Writes the values as a configuration file, without those that have no meaning. */
void lnt_cli_option_values_print(const lnt_cli_option_values *values, FILE *stream);

/* The same as text, for the caller to free; NULL without memory. */
char *lnt_cli_option_values_text(const lnt_cli_option_values *values);

#endif
