/* SPDX-License-Identifier: MIT */
#include "cli/options/parse.h"

#include "base/text/suggest.h"
#include "cli/options/config.h"
#include "cli/options/option_values.h"
#include "cli/output/messages.h"

#include <popt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HELP_TEXT_MAX 1024

/* popt's answer for an option: --help, or 2·(its place among the command's), + 1 for --no-name. */
enum { VALUE_HELP = 1, VALUE_FIRST = 2 };

static const struct poptOption help_options[] = {
    {"help", 'h', POPT_ARG_NONE, NULL, VALUE_HELP, "Show this help and exit", NULL}, POPT_TABLEEND};

/* popt's tables, made from a command's. */
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

static void append(char text[HELP_TEXT_MAX], const char *separator, const char *more)
{
    const size_t used = strlen(text);
    if (more[0] != '\0') {
        snprintf(text + used, HELP_TEXT_MAX - used, "%s%s", separator, more);
    }
}

/* "Passes over the training rows (from 1 to 1000000; default: 50)" */
static void describe(const lnt_cli_option_values *values, const lnt_cli_option *option,
                     char text[HELP_TEXT_MAX])
{
    char note[HELP_TEXT_MAX] = "", range[LNT_CLI_RANGE_MAX];
    if (option->depends_on != NULL) {
        const lnt_cli_option *selector = lnt_cli_option_values_option(
            values, lnt_cli_option_values_find(values, option->depends_on), NULL);
        lnt_cli_option_choices(selector, option->only, range, sizeof range);
        append(note, "", range);
    }
    lnt_cli_option_range(option, range, sizeof range);
    append(note, note[0] != '\0' ? "; " : "", range);
    if (option->kind != LNT_CLI_SWITCH && option->initial != NULL) {
        append(note, note[0] != '\0' ? "; default: " : "default: ", option->initial);
    }
    text[0] = '\0';
    append(text, "", option->help);
    append(text, " (", note);
    append(text, "", note[0] != '\0' ? ")" : "");
}

/* One option is one row of popt's table; a switch is two, of which the help shows one. */
static struct poptOption *add_rows(const lnt_cli_option_values *values, size_t index,
                                   popt_tables *tables, struct poptOption *row)
{
    const lnt_cli_option *option = lnt_cli_option_values_option(values, index, NULL);
    char *text = tables->texts[index];
    const int value = VALUE_FIRST + 2 * (int) index;
    describe(values, option, text);
    if (option->kind != LNT_CLI_SWITCH) {
        *row++ = (struct poptOption){option->name, option->letter, POPT_ARG_STRING, NULL,
                                     value,        text,           option->value};
        return row;
    }
    const bool on = option->initial != NULL && strcmp(option->initial, "yes") == 0;
    const unsigned hidden = POPT_ARG_NONE | POPT_ARGFLAG_DOC_HIDDEN;
    snprintf(tables->names[index], sizeof tables->names[index], "no-%s", option->name);
    *row++ = (struct poptOption){
        option->name, option->letter, on ? hidden : POPT_ARG_NONE, NULL, value, text, NULL};
    *row++ = (struct poptOption){
        tables->names[index], 0, on ? POPT_ARG_NONE : hidden, NULL, value + 1, text, NULL};
    return row;
}

static bool make_tables(const lnt_cli_option_values *values, popt_tables *tables)
{
    const size_t count = lnt_cli_option_values_count(values);
    /* Each group ends with a row of zeros, and so does the list of groups. */
    tables->n_rows = 2 * count + values->n_groups;
    tables->groups = calloc(values->n_groups + 2, sizeof *tables->groups);
    tables->rows = calloc(tables->n_rows + 1, sizeof *tables->rows);
    tables->texts = calloc(count + 1, sizeof *tables->texts);
    tables->names = calloc(count + 1, sizeof *tables->names);
    if (tables->groups == NULL || tables->rows == NULL || tables->texts == NULL ||
        tables->names == NULL) {
        return false;
    }
    struct poptOption *row = tables->rows;
    size_t index = 0;
    for (size_t g = 0; g < values->n_groups; g++) {
        const lnt_cli_group *group = values->groups[g];
        tables->groups[g] =
            (struct poptOption){NULL, 0, POPT_ARG_INCLUDE_TABLE, row, 0, group->title, NULL};
        for (size_t i = 0; i < group->count; i++) {
            row = add_rows(values, index++, tables, row);
        }
        row++;
    }
    tables->groups[values->n_groups] = (struct poptOption){
        NULL, 0, POPT_ARG_INCLUDE_TABLE, (void *) help_options, 0, "Help:", NULL};
    return true;
}

/* Where what is wrong with a value stands: "option --lr", or a line of the configuration file. */
static int refuse(const lnt_cli_option_values *values, size_t index, const char *path,
                  const char *why)
{
    const char *name = lnt_cli_option_values_option(values, index, NULL)->name;
    const size_t origin = values->origins[index];
    if (origin == LNT_CLI_BY_DEFAULT || origin == LNT_CLI_BY_COMMAND) {
        return lnt_cli_usage_error("option --%s: %s", name, why);
    }
    return lnt_cli_usage_error("%s:%zu: %s: %s", path, origin, name, why);
}

/* An option as popt gave it. */
typedef struct argument {
    int value;
    char *text;
} argument;

static int set_option(const lnt_cli_option_values *values, const argument *given)
{
    const size_t index = (size_t) (given->value - VALUE_FIRST) / 2;
    const lnt_cli_option *option = lnt_cli_option_values_option(values, index, NULL);
    const char *text = given->text;
    if (option->kind == LNT_CLI_SWITCH) {
        text = (given->value - VALUE_FIRST) % 2 == 0 ? "yes" : "no";
    }
    lnt_error error = {LNT_OK, ""};
    const lnt_status status =
        lnt_cli_option_values_assign(values, index, text, LNT_CLI_BY_COMMAND, &error);
    if (status == LNT_OK) {
        return LNT_CLI_DONE;
    }
    if (status == LNT_ERR_MEMORY) {
        return lnt_cli_fail_status(status, &error);
    }
    return lnt_cli_usage_error("option --%s: %s", option->name, error.message);
}

/* The configuration file first, if there is one: what the command line says goes above it. */
static int set_options(const lnt_cli_option_values *values, const argument *given, size_t count)
{
    const size_t config = lnt_cli_option_values_find(values, LNT_CLI_CONFIG_OPTION);
    const char *path = NULL;
    for (size_t i = 0; i < count; i++) {
        path = (size_t) (given[i].value - VALUE_FIRST) / 2 == config ? given[i].text : path;
    }
    if (path != NULL) {
        lnt_error error = {LNT_OK, ""};
        const lnt_status status = lnt_cli_config_read(values, path, &error);
        if (status != LNT_OK) {
            return status == LNT_ERR_INVALID ? lnt_cli_usage_error("%s", error.message)
                                             : lnt_cli_fail_status(status, &error);
        }
    }
    for (size_t i = 0; i < count; i++) {
        const int exit_status = set_option(values, &given[i]);
        if (exit_status != LNT_CLI_DONE) {
            return exit_status;
        }
    }
    char why[2 * LNT_CLI_RANGE_MAX];
    const size_t misfit = lnt_cli_option_values_conflict(values, why, sizeof why);
    return misfit == lnt_cli_option_values_count(values) ? LNT_CLI_DONE
                                                         : refuse(values, misfit, path, why);
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
static int complain(const lnt_cli_command *command, const popt_tables *tables, poptContext context,
                    int code)
{
    char bad[64];
    snprintf(bad, sizeof bad, "%s", poptBadOption(context, POPT_BADOPTION_NOALIAS));
    bad[strcspn(bad, "=")] = '\0';
    if (code == POPT_ERROR_NOARG) {
        return lnt_cli_usage_error("option %s: expected a value, found nothing", bad);
    }
    if (code == POPT_ERROR_UNWANTEDARG) {
        return lnt_cli_usage_error("option %s: expected no value", bad);
    }
    if (code != POPT_ERROR_BADOPT) {
        return lnt_cli_usage_error("option %s: %s", bad, poptStrerror(code));
    }
    const char *nearest = lnt_suggest(bad + strspn(bad, "-"), option_name, tables);
    if (nearest == NULL) {
        return lnt_cli_usage_error("unknown option '%s'; see 'linnet %s --help'", bad,
                                   command->name);
    }
    return lnt_cli_usage_error("unknown option '%s'; did you mean '--%s'?", bad, nearest);
}

static int check_arguments(const lnt_cli_command *command, const char *const *arguments)
{
    size_t found = 0, expected = 0;
    while (arguments != NULL && arguments[found] != NULL) {
        found++;
    }
    while (command->arguments[expected] != NULL) {
        expected++;
    }
    if (found + command->n_optional < expected) {
        return lnt_cli_usage_error("expected %s; usage: linnet %s %s", command->arguments[found],
                                   command->name, command->usage);
    }
    if (found > expected && !command->repeats_first) {
        return lnt_cli_usage_error("unexpected argument '%s'; usage: linnet %s %s",
                                   arguments[expected], command->name, command->usage);
    }
    return LNT_CLI_DONE;
}

static int show_help(const lnt_cli_command *command, poptContext context)
{
    poptSetOtherOptionHelp(context, command->usage);
    poptPrintHelp(context, stdout, 0);
    printf("%s%s%s%s", command->details[0] != '\0' ? "\n" : "", command->details,
           command->example[0] != '\0' ? "\nExample:\n" : "", command->example);
    return LNT_CLI_DONE;
}

/* Reads options until there is none left; popt's last answer. */
static int read_options(poptContext context, argument *given, size_t *count)
{
    int value;
    while ((value = poptGetNextOpt(context)) >= 0 && value != VALUE_HELP) {
        given[(*count)++] = (argument){value, poptGetOptArg(context)};
    }
    return value;
}

static int run_with(const lnt_cli_command *command, const popt_tables *tables, poptContext context,
                    const lnt_cli_option_values *values, argument *given, size_t *count)
{
    const int value = read_options(context, given, count);
    if (value == VALUE_HELP) {
        return show_help(command, context);
    }
    if (value != -1) {
        return complain(command, tables, context, value);
    }
    int exit_status = set_options(values, given, *count);
    const char *const *arguments = (const char *const *) poptGetArgs(context);
    if (exit_status == LNT_CLI_DONE) {
        exit_status = check_arguments(command, arguments);
    }
    static const char *const none[] = {NULL};
    return exit_status == LNT_CLI_DONE
               ? command->run(values->settings, arguments != NULL ? arguments : none)
               : exit_status;
}

/* `given` has room for as many options as there are words. */
static int parse_and_run(const lnt_cli_command *command, const popt_tables *tables,
                         poptContext context, const lnt_cli_option_values *values, argument *given)
{
    lnt_error error = {LNT_OK, ""};
    const lnt_status status = lnt_cli_option_values_init(values, &error);
    if (status != LNT_OK) {
        return lnt_cli_fail_status(status, &error);
    }
    size_t count = 0;
    const int exit_status = run_with(command, tables, context, values, given, &count);
    for (size_t i = 0; i < count; i++) {
        free(given[i].text);
    }
    return exit_status;
}

int lnt_cli_parse_and_run(const lnt_cli_command *command, int argc, const char **argv)
{
    char name[64];
    snprintf(name, sizeof name, "linnet %s", command->name);
    popt_tables tables = {0};
    poptContext context = NULL;
    lnt_cli_option_values values = {command->groups, command->n_groups,
                                    calloc(1, command->settings_size), NULL};
    values.origins = calloc(lnt_cli_option_values_count(&values) + 1, sizeof *values.origins);
    /* A word may be several options of one letter. */
    size_t letters = 1;
    for (int i = 1; i < argc; i++) {
        letters += strlen(argv[i]) + 1;
    }
    argument *given = calloc(letters, sizeof *given);
    int exit_status;
    lnt_cli_messages_command(command->name);
    argv[0] = name; /* what popt's help begins with */
    if (values.settings == NULL || values.origins == NULL || given == NULL ||
        !make_tables(&values, &tables) ||
        (context = poptGetContext(NULL, argc, argv, tables.groups, 0)) == NULL) {
        exit_status = lnt_cli_fail("out of memory");
    } else {
        if (command->values_offset > 0) {
            memcpy((char *) values.settings + command->values_offset, &values, sizeof values);
        }
        exit_status = parse_and_run(command, &tables, context, &values, given);
        lnt_cli_option_values_clear(&values);
    }
    poptFreeContext(context);
    free_tables(&tables);
    free(given);
    free(values.origins);
    free(values.settings);
    return exit_status;
}

int lnt_cli_help(const lnt_cli_command *command)
{
    const char *argv[] = {command->name, "--help", NULL};
    return lnt_cli_parse_and_run(command, 2, argv);
}
