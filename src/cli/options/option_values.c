/* SPDX-License-Identifier: MIT */
#include "cli/options/option_values.h"

#include <stdio.h>
#include <string.h>

size_t lnt_cli_option_values_count(const lnt_cli_option_values *values)
{
    size_t count = 0;
    for (size_t g = 0; g < values->n_groups; g++) {
        count += values->groups[g]->count;
    }
    return count;
}

static int choice_of(const lnt_cli_option_values *values, const char *selector);

/* Where the value lies that the selector's choice uses. */
static size_t offset_of(const lnt_cli_option_values *values, const lnt_cli_option *option)
{
    const int choice = option->n_variants > 0 ? choice_of(values, option->depends_on) : -1;
    for (size_t v = 0; choice >= 0 && v < option->n_variants; v++) {
        if ((option->variants[v].only >> choice & 1) != 0) {
            return option->variants[v].offset;
        }
    }
    return option->offset;
}

const lnt_cli_option *lnt_cli_option_values_option(const lnt_cli_option_values *values,
                                                   size_t index, void **place)
{
    for (size_t g = 0; g < values->n_groups; g++) {
        const lnt_cli_group *group = values->groups[g];
        if (index < group->count) {
            const lnt_cli_option *option = &group->options[index];
            if (place != NULL) {
                *place = (char *) values->settings + group->offset + offset_of(values, option);
            }
            return option;
        }
        index -= group->count;
    }
    return NULL;
}

size_t lnt_cli_option_values_find(const lnt_cli_option_values *values, const char *name)
{
    const lnt_cli_option *option;
    size_t i = 0;
    while ((option = lnt_cli_option_values_option(values, i, NULL)) != NULL &&
           strcmp(option->name, name) != 0) {
        i++;
    }
    return i;
}

/* The choice of an option of choices; -1 if the command has none of that name. */
static int choice_of(const lnt_cli_option_values *values, const char *selector)
{
    void *place;
    const size_t index = lnt_cli_option_values_find(values, selector);
    return lnt_cli_option_values_option(values, index, &place) != NULL
               ? lnt_cli_option_choice(place)
               : -1;
}

lnt_status lnt_cli_option_values_init(const lnt_cli_option_values *values, lnt_error *error)
{
    const lnt_cli_option *option;
    void *place;
    for (size_t i = 0; (option = lnt_cli_option_values_option(values, i, &place)) != NULL; i++) {
        if (option->initial != NULL) {
            LNT_TRY(lnt_cli_option_set(option, option->initial, place, error));
        }
    }
    return LNT_OK;
}

void lnt_cli_option_values_clear(const lnt_cli_option_values *values)
{
    const lnt_cli_option *option;
    void *place;
    for (size_t i = 0; (option = lnt_cli_option_values_option(values, i, &place)) != NULL; i++) {
        lnt_cli_option_clear(option, place);
    }
}

static bool is_list(const lnt_cli_option *option)
{
    return option->kind == LNT_CLI_TEXTS || option->kind == LNT_CLI_LIST;
}

lnt_status lnt_cli_option_values_assign(const lnt_cli_option_values *values, size_t index,
                                        const char *text, size_t origin, lnt_error *error)
{
    void *place;
    const lnt_cli_option *option = lnt_cli_option_values_option(values, index, &place);
    size_t *from = &values->origins[index];
    if (is_list(option) && (*from == LNT_CLI_BY_COMMAND) != (origin == LNT_CLI_BY_COMMAND)) {
        lnt_cli_option_clear(option, place);
    }
    LNT_TRY(lnt_cli_option_set(option, text, place, error));
    for (size_t v = 0; v < option->n_variants; v++) { /* the selector may still change */
        void *other = (char *) values->settings + option->variants[v].offset;
        LNT_TRY(lnt_cli_option_set(option, text, other, error));
    }
    *from = origin;
    return LNT_OK;
}

bool lnt_cli_option_values_given(const lnt_cli_option_values *values, const char *name)
{
    const size_t index = lnt_cli_option_values_find(values, name);
    return index < lnt_cli_option_values_count(values) &&
           values->origins[index] != LNT_CLI_BY_DEFAULT;
}

bool lnt_cli_option_values_applies(const lnt_cli_option_values *values, size_t index)
{
    const lnt_cli_option *option = lnt_cli_option_values_option(values, index, NULL);
    void *place;
    if (option->not_with != NULL && lnt_cli_option_values_given(values, option->not_with)) {
        return false;
    }
    if (option->depends_on == NULL) {
        return true;
    }
    const size_t selector = lnt_cli_option_values_find(values, option->depends_on);
    return lnt_cli_option_values_option(values, selector, &place) == NULL ||
           (option->only >> lnt_cli_option_choice(place) & 1) != 0;
}

size_t lnt_cli_option_values_conflict(const lnt_cli_option_values *values, char *why, size_t size)
{
    const size_t count = lnt_cli_option_values_count(values);
    for (size_t i = 0; i < count; i++) {
        if (values->origins[i] == LNT_CLI_BY_DEFAULT || lnt_cli_option_values_applies(values, i)) {
            continue;
        }
        const lnt_cli_option *option = lnt_cli_option_values_option(values, i, NULL);
        if (option->not_with != NULL && lnt_cli_option_values_given(values, option->not_with)) {
            snprintf(why, size, "cannot be combined with --%s, which determines it",
                     option->not_with);
            return i;
        }
        void *place;
        const lnt_cli_option *selector = lnt_cli_option_values_option(
            values, lnt_cli_option_values_find(values, option->depends_on), &place);
        char choices[LNT_CLI_RANGE_MAX];
        lnt_cli_option_choices(selector, option->only, choices, sizeof choices);
        snprintf(why, size, "cannot be combined with %s %s, only with %s", selector->name,
                 selector->choice(lnt_cli_option_choice(place)), choices);
        return i;
    }
    return count;
}

void lnt_cli_option_values_fill(const lnt_cli_option_values *values, const lnt_cli_option *options,
                                size_t count, const void *base)
{
    for (size_t i = 0; i < count; i++) {
        const lnt_cli_option *option = &options[i];
        if (option->initial != NULL || lnt_cli_option_values_given(values, option->name)) {
            continue;
        }
        const size_t size = lnt_cli_option_size(option);
        memcpy((char *) values->settings + option->offset, (const char *) base + option->offset,
               size);
        for (size_t v = 0; v < option->n_variants; v++) {
            const size_t offset = option->variants[v].offset;
            memcpy((char *) values->settings + offset, (const char *) base + offset, size);
        }
    }
}
