/* SPDX-License-Identifier: MIT */
#include "base/text/escaped.h"
#include "cli/options/option_values.h"
#include "cli/output/text.h"

#include <stdlib.h>
#include <string.h>

/* What a value in a configuration file may not hold as it is. */
static bool is_plain(const char *text)
{
    const size_t length = strlen(text);
    if (length == 0 || text[0] == ' ' || text[length - 1] == ' ') {
        return false;
    }
    char out[LNT_ESCAPE_LENGTH];
    while (*text != '\0') {
        if (strchr("\"#\\", *text) != NULL) {
            return false;
        }
        (void) lnt_escape_next(&text, out);
        if (out[0] == '\\') {
            return false;
        }
    }
    return true;
}

static void print_text(const char *text, FILE *stream)
{
    if (is_plain(text)) {
        fputs(text, stream);
        return;
    }
    putc('"', stream);
    char out[LNT_ESCAPE_LENGTH];
    while (*text != '\0') {
        fputs(*text == '"' || *text == '\\' ? "\\" : "", stream);
        (void) lnt_escape_next(&text, out);
        fputs(out, stream);
    }
    putc('"', stream);
}

static void print_name(const lnt_cli_option *option, FILE *stream)
{
    fprintf(stream, "%s = ", option->name);
}

static void print_texts(const lnt_cli_option *option, const void *place, FILE *stream)
{
    const lnt_cli_texts *texts = place;
    for (size_t i = 0; i < texts->count; i++) {
        print_name(option, stream);
        print_text(texts->items[i], stream);
        putc('\n', stream);
    }
}

static void print_list(const lnt_cli_texts *texts, FILE *stream)
{
    size_t length = 1;
    for (size_t i = 0; i < texts->count; i++) {
        length += strlen(texts->items[i]) + 1;
    }
    char *all = lnt_allocate(NULL, length, 1);
    if (all == NULL) {
        return;
    }
    for (size_t i = 0, used = 0; i < texts->count; i++) {
        used +=
            (size_t) snprintf(all + used, length - used, "%s%s", i > 0 ? "," : "", texts->items[i]);
    }
    print_text(all, stream);
    lnt_release(NULL, all);
}

static void print_sizes(const lnt_cli_sizes *sizes, FILE *stream)
{
    for (size_t i = 0; i < sizes->count; i++) {
        fprintf(stream, "%s%zu", i > 0 ? "," : "", sizes->items[i]);
    }
    fputs(sizes->count == 0 ? "none" : "", stream);
}

static void print_char(char c, FILE *stream)
{
    if (c == '\t' || c == ' ') {
        fputs(c == '\t' ? "tab" : "space", stream);
    } else {
        print_text((const char[]){c, '\0'}, stream);
    }
}

static void print_real(double value, FILE *stream)
{
    char number[LNT_CLI_NUMBER_MAX];
    lnt_cli_number(value, LNT_F64, number);
    fputs(number, stream);
}

static void print_value(const lnt_cli_option *option, const void *place, FILE *stream)
{
    switch (option->kind) {
    case LNT_CLI_SWITCH:
        fputs(*(const bool *) place ? "yes" : "no", stream);
        break;
    case LNT_CLI_TEXT:
    case LNT_CLI_TEXTS:
        print_text(*(char *const *) place, stream);
        break;
    case LNT_CLI_LIST:
        print_list(place, stream);
        break;
    case LNT_CLI_COUNT:
        fprintf(stream, "%llu", (unsigned long long) *(const uint64_t *) place);
        break;
    case LNT_CLI_SIZE:
    case LNT_CLI_BYTES:
        fprintf(stream, "%zu", *(const size_t *) place);
        break;
    case LNT_CLI_SIZES:
        print_sizes(place, stream);
        break;
    case LNT_CLI_REAL:
    case LNT_CLI_TIME:
        print_real(*(const double *) place, stream);
        break;
    case LNT_CLI_CHOICE:
        fputs(option->choice(lnt_cli_option_choice(place)), stream);
        break;
    case LNT_CLI_CHAR:
        print_char(*(const char *) place, stream);
        break;
    }
}

/* Whether there is a value at all; a number outside its range stands for none. */
static bool has_value(const lnt_cli_option *option, const void *place)
{
    switch (option->kind) {
    case LNT_CLI_TEXT:
        return *(char *const *) place != NULL;
    case LNT_CLI_LIST:
        return ((const lnt_cli_texts *) place)->count > 0;
    case LNT_CLI_CHAR:
        return *(const char *) place != '\0';
    case LNT_CLI_SIZE:
    case LNT_CLI_BYTES:
        return *(const size_t *) place >= option->least;
    case LNT_CLI_SIZES:
        return option->initial != NULL || ((const lnt_cli_sizes *) place)->count > 0;
    case LNT_CLI_REAL: {
        const double value = *(const double *) place;
        return option->above_low ? value > option->low : value >= option->low;
    }
    default:
        return true;
    }
}

void lnt_cli_option_values_print(const lnt_cli_option_values *values, FILE *stream)
{
    size_t index = 0;
    for (size_t g = 0; g < values->n_groups; g++) {
        bool begun = false;
        for (size_t i = 0; i < values->groups[g]->count; i++, index++) {
            void *place;
            const lnt_cli_option *option = lnt_cli_option_values_option(values, index, &place);
            if (option->not_in_file || !lnt_cli_option_values_applies(values, index) ||
                !has_value(option, place)) {
                continue;
            }
            if (!begun) {
                const char *title = values->groups[g]->title;
                fprintf(stream, "%s# %.*s\n", index > i ? "\n" : "", (int) strcspn(title, ":"),
                        title);
                begun = true;
            }
            if (option->kind == LNT_CLI_TEXTS) {
                print_texts(option, place, stream);
            } else {
                print_name(option, stream);
                print_value(option, place, stream);
                putc('\n', stream);
            }
        }
    }
}

char *lnt_cli_option_values_text(const lnt_cli_option_values *values)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (stream == NULL) {
        return NULL;
    }
    lnt_cli_option_values_print(values, stream);
    const bool whole = ferror(stream) == 0;
    if (fclose(stream) != 0 || !whole) {
        free(text);
        return NULL;
    }
    return text;
}
