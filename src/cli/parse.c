/* SPDX-License-Identifier: MIT */
#include "parse.h"

#include "nearest.h"
#include "report.h"

#include <popt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HELP_TEXT_MAX 320

/* popt's answer for an option: --help, or 2·(its place among the verb's), + 1 for --no-name. */
enum { VALUE_HELP = 1, VALUE_FIRST = 2 };

static const struct poptOption help_options[] = {
    {"help", 'h', POPT_ARG_NONE, NULL, VALUE_HELP, "Show this help and exit", NULL}, POPT_TABLEEND};

/* popt's tables, made from a verb's. */
typedef struct popt_tables {
    struct poptOption *groups; /* what popt is given */
    struct poptOption *rows;   /* what the groups point to */
    size_t n_rows;
    char (*texts)[HELP_TEXT_MAX];
    char (*names)[64]; /* "no-…" */
} popt_tables;

static void free_tables(popt_tables *tables)
{
    free(tables->groups);
    free(tables->rows);
    free(tables->texts);
    free(tables->names);
}

static size_t count_options(const lnt_cli_verb *verb)
{
    size_t count = 0;
    for (size_t g = 0; g < verb->n_groups; g++) {
        count += verb->groups[g].count;
    }
    return count;
}

/* "passes over the training rows (from 1 to 1000000; default: 50)" */
static void describe(const lnt_cli_option *option, char text[HELP_TEXT_MAX])
{
    char range[160];
    lnt_cli_option_range(option, range, sizeof range);
    const char *initial = option->kind == LNT_CLI_SWITCH ? NULL : option->initial;
    const bool note = range[0] != '\0' || initial != NULL;
    snprintf(text, HELP_TEXT_MAX, "%s%s%s%s%s%s%s", option->help, note ? " (" : "", range,
             range[0] != '\0' && initial != NULL ? "; " : "", initial != NULL ? "default: " : "",
             initial != NULL ? initial : "", note ? ")" : "");
}

/* One option is one row of popt's table; a switch is two, of which the help shows one. */
static struct poptOption *add_rows(const lnt_cli_option *option, size_t index, popt_tables *tables,
                                   struct poptOption *row)
{
    char *text = tables->texts[index];
    const int value = VALUE_FIRST + 2 * (int) index;
    describe(option, text);
    if (option->kind != LNT_CLI_SWITCH) {
        *row++ = (struct poptOption){option->name, option->letter, POPT_ARG_STRING, NULL,
                                     value,        text,           option->value};
        return row;
    }
    const bool on = strcmp(option->initial, "yes") == 0;
    const unsigned hidden = POPT_ARG_NONE | POPT_ARGFLAG_DOC_HIDDEN;
    snprintf(tables->names[index], sizeof tables->names[index], "no-%s", option->name);
    *row++ = (struct poptOption){
        option->name, option->letter, on ? hidden : POPT_ARG_NONE, NULL, value, text, NULL};
    *row++ = (struct poptOption){
        tables->names[index], 0, on ? POPT_ARG_NONE : hidden, NULL, value + 1, text, NULL};
    return row;
}

static bool make_tables(const lnt_cli_verb *verb, popt_tables *tables)
{
    const size_t count = count_options(verb);
    /* Each group ends with a row of zeros, and so does the list of groups. */
    tables->n_rows = 2 * count + verb->n_groups;
    tables->groups = calloc(verb->n_groups + 2, sizeof *tables->groups);
    tables->rows = calloc(tables->n_rows + 1, sizeof *tables->rows);
    tables->texts = calloc(count + 1, sizeof *tables->texts);
    tables->names = calloc(count + 1, sizeof *tables->names);
    if (tables->groups == NULL || tables->rows == NULL || tables->texts == NULL ||
        tables->names == NULL) {
        return false;
    }
    struct poptOption *row = tables->rows;
    size_t index = 0;
    for (size_t g = 0; g < verb->n_groups; g++) {
        const lnt_cli_group *group = &verb->groups[g];
        tables->groups[g] =
            (struct poptOption){NULL, 0, POPT_ARG_INCLUDE_TABLE, row, 0, group->title, NULL};
        for (size_t i = 0; i < group->count; i++) {
            row = add_rows(&group->options[i], index++, tables, row);
        }
        row++;
    }
    tables->groups[verb->n_groups] = (struct poptOption){
        NULL, 0, POPT_ARG_INCLUDE_TABLE, (void *) help_options, 0, "Help:", NULL};
    return true;
}

static const lnt_cli_option *option_at(const lnt_cli_verb *verb, size_t index, size_t *offset)
{
    size_t g = 0;
    for (; index >= verb->groups[g].count; g++) {
        index -= verb->groups[g].count;
    }
    const lnt_cli_option *option = &verb->groups[g].options[index];
    *offset = verb->groups[g].offset + option->offset;
    return option;
}

static int set_option(const lnt_cli_verb *verb, int value, const char *text, void *settings)
{
    size_t offset;
    const lnt_cli_option *option = option_at(verb, (size_t) (value - VALUE_FIRST) / 2, &offset);
    if (option->kind == LNT_CLI_SWITCH) {
        text = (value - VALUE_FIRST) % 2 == 0 ? "yes" : "no";
    }
    lnt_error error = {LNT_OK, ""};
    const lnt_status status = lnt_cli_option_set(option, text, (char *) settings + offset, &error);
    if (status == LNT_OK) {
        return LNT_CLI_DONE;
    }
    if (status == LNT_ERR_MEMORY) {
        return lnt_cli_fail_status(status, &error);
    }
    return lnt_cli_misuse("option --%s: %s", option->name, error.message);
}

static const char *option_name(size_t i, const void *context)
{
    const popt_tables *tables = context;
    if (i == tables->n_rows) {
        return "help";
    }
    if (i > tables->n_rows) {
        return NULL;
    }
    return tables->rows[i].longName != NULL ? tables->rows[i].longName : "";
}

/* What popt could not read, as an error that names the nearest option. */
static int complain(const lnt_cli_verb *verb, const popt_tables *tables, poptContext context,
                    int code)
{
    char bad[64];
    snprintf(bad, sizeof bad, "%s", poptBadOption(context, POPT_BADOPTION_NOALIAS));
    bad[strcspn(bad, "=")] = '\0';
    if (code == POPT_ERROR_NOARG) {
        return lnt_cli_misuse("option %s: expected a value, found nothing", bad);
    }
    if (code == POPT_ERROR_UNWANTEDARG) {
        return lnt_cli_misuse("option %s: expected no value", bad);
    }
    if (code != POPT_ERROR_BADOPT) {
        return lnt_cli_misuse("option %s: %s", bad, poptStrerror(code));
    }
    const char *nearest = lnt_cli_nearest(bad + strspn(bad, "-"), option_name, tables);
    if (nearest == NULL) {
        return lnt_cli_misuse("unknown option '%s'; see 'linnet %s --help'", bad, verb->name);
    }
    return lnt_cli_misuse("unknown option '%s'; did you mean '--%s'?", bad, nearest);
}

static int check_arguments(const lnt_cli_verb *verb, const char *const *arguments)
{
    size_t found = 0, expected = 0;
    while (arguments != NULL && arguments[found] != NULL) {
        found++;
    }
    while (verb->arguments[expected] != NULL) {
        expected++;
    }
    if (found < expected) {
        return lnt_cli_misuse("expected %s; usage: linnet %s %s", verb->arguments[found],
                              verb->name, verb->usage);
    }
    if (found > expected) {
        return lnt_cli_misuse("unexpected argument '%s'; usage: linnet %s %s", arguments[expected],
                              verb->name, verb->usage);
    }
    return LNT_CLI_DONE;
}

static int show_help(const lnt_cli_verb *verb, poptContext context)
{
    poptSetOtherOptionHelp(context, verb->usage);
    poptPrintHelp(context, stdout, 0);
    printf("%s%s%s%s", verb->details[0] != '\0' ? "\n" : "", verb->details,
           verb->example[0] != '\0' ? "\nExample:\n" : "", verb->example);
    return LNT_CLI_DONE;
}

/* Reads options until there is none left, then runs the verb. */
static int parse_and_run(const lnt_cli_verb *verb, const popt_tables *tables, poptContext context,
                         void *settings)
{
    lnt_error error = {LNT_OK, ""};
    const lnt_status status =
        lnt_cli_options_initialise(verb->groups, verb->n_groups, settings, &error);
    if (status != LNT_OK) {
        return lnt_cli_fail_status(status, &error);
    }
    int value;
    while ((value = poptGetNextOpt(context)) >= 0) {
        if (value == VALUE_HELP) {
            return show_help(verb, context);
        }
        char *text = poptGetOptArg(context);
        const int exit_status = set_option(verb, value, text, settings);
        free(text);
        if (exit_status != LNT_CLI_DONE) {
            return exit_status;
        }
    }
    if (value != -1) {
        return complain(verb, tables, context, value);
    }
    const char *const *arguments = (const char *const *) poptGetArgs(context);
    const int exit_status = check_arguments(verb, arguments);
    return exit_status != LNT_CLI_DONE ? exit_status : verb->run(settings, arguments);
}

int lnt_cli_parse_and_run(const lnt_cli_verb *verb, int argc, const char **argv)
{
    char name[64];
    snprintf(name, sizeof name, "linnet %s", verb->name);
    popt_tables tables = {0};
    poptContext context = NULL;
    void *settings = calloc(1, verb->settings_size);
    int exit_status;
    lnt_cli_report_verb(verb->name);
    argv[0] = name; /* what popt's help begins with */
    if (settings == NULL || !make_tables(verb, &tables) ||
        (context = poptGetContext(NULL, argc, argv, tables.groups, 0)) == NULL) {
        exit_status = lnt_cli_fail("out of memory");
    } else {
        exit_status = parse_and_run(verb, &tables, context, settings);
        lnt_cli_options_finish(verb->groups, verb->n_groups, settings);
    }
    poptFreeContext(context);
    free_tables(&tables);
    free(settings);
    return exit_status;
}

int lnt_cli_help(const lnt_cli_verb *verb)
{
    const char *argv[] = {verb->name, "--help", NULL};
    return lnt_cli_parse_and_run(verb, 2, argv);
}
