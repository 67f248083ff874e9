/* SPDX-License-Identifier: MIT */
#include "cli/options/options.h"

#include "base/numbers/number.h"
#include "base/text/suggest.h"
#include "cli/options/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static lnt_status no_memory(lnt_error *error)
{
    return lnt_fail(error, LNT_ERR_MEMORY, "out of memory");
}

static lnt_status set_switch(const lnt_cli_option *option, const char *text, void *place,
                             lnt_error *error)
{
    (void) option;
    const bool yes = strcmp(text, "yes") == 0;
    if (!yes && strcmp(text, "no") != 0) {
        return lnt_fail(error, LNT_ERR_INVALID, "expected yes or no, found '%s'", text);
    }
    *(bool *) place = yes;
    return LNT_OK;
}

static lnt_status set_text(const lnt_cli_option *option, const char *text, void *place,
                           lnt_error *error)
{
    if (text[0] == '\0') {
        return lnt_fail(error, LNT_ERR_INVALID, "expected %s, found nothing", option->value);
    }
    char *copy = strdup(text);
    if (copy == NULL) {
        return no_memory(error);
    }
    free(*(char **) place);
    *(char **) place = copy;
    return LNT_OK;
}

static lnt_status append_text(const char *start, size_t length, lnt_cli_texts *texts,
                              lnt_error *error)
{
    char **items = realloc(texts->items, (texts->count + 1) * sizeof *items);
    if (items == NULL) {
        return no_memory(error);
    }
    texts->items = items;
    items[texts->count] = strndup(start, length);
    if (items[texts->count] == NULL) {
        return no_memory(error);
    }
    texts->count++;
    return LNT_OK;
}

static lnt_status set_texts(const lnt_cli_option *option, const char *text, void *place,
                            lnt_error *error)
{
    const bool split = option->kind == LNT_CLI_LIST;
    for (const char *start = text;; start++) {
        const size_t length = split ? strcspn(start, ",") : strlen(start);
        if (length == 0) {
            return lnt_fail(error, LNT_ERR_INVALID, "expected %s, found '%s'", option->value, text);
        }
        LNT_TRY(append_text(start, length, place, error));
        start += length;
        if (*start == '\0') {
            return LNT_OK;
        }
    }
}

static lnt_status refuse(const lnt_cli_option *option, const char *what, const char *text,
                         lnt_error *error)
{
    char range[LNT_CLI_RANGE_MAX];
    lnt_cli_option_range(option, range, sizeof range);
    const bool is_digits = text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
    if (option->most == UINT64_MAX && is_digits && strlen(text) > 19) { /* not 64 bits */
        return lnt_fail(error, LNT_ERR_INVALID, "expected %s from %llu to %llu, found '%s'", what,
                        (unsigned long long) option->least, (unsigned long long) option->most,
                        text);
    }
    return lnt_fail(error, LNT_ERR_INVALID, "expected %s %s, found '%s'", what, range, text);
}

static lnt_status set_count(const lnt_cli_option *option, const char *text, void *place,
                            lnt_error *error)
{
    uint64_t value;
    if (!lnt_number_u64(text, strlen(text), &value) || value < option->least ||
        value > option->most) {
        return refuse(option, "a whole number", text, error);
    }
    *(uint64_t *) place = value;
    return LNT_OK;
}

static lnt_status set_size(const lnt_cli_option *option, const char *text, void *place,
                           lnt_error *error)
{
    uint64_t value = 0;
    LNT_TRY(set_count(option, text, &value, error));
    if (value > SIZE_MAX) {
        return refuse(option, "a whole number", text, error);
    }
    *(size_t *) place = (size_t) value;
    return LNT_OK;
}

static lnt_status set_bytes(const lnt_cli_option *option, const char *text, void *place,
                            lnt_error *error)
{
    static const char units[] = "KMG";
    const size_t length = strlen(text);
    const char *unit = length > 0 ? strchr(units, text[length - 1]) : NULL;
    const unsigned shift = unit != NULL ? 10 * (unsigned) (unit - units + 1) : 0;
    uint64_t value;
    if (!lnt_number_u64(text, length - (unit != NULL), &value) || value > SIZE_MAX >> shift ||
        value << shift < option->least || value << shift > option->most) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "expected bytes, such as 500M or 2G, at least %lluK, found '%s'",
                        (unsigned long long) option->least >> 10, text);
    }
    *(size_t *) place = (size_t) value << shift;
    return LNT_OK;
}

static lnt_status set_sizes(const lnt_cli_option *option, const char *text, void *place,
                            lnt_error *error)
{
    lnt_cli_sizes *sizes = place;
    size_t *items = calloc(strlen(text) + 1, sizeof *items);
    if (items == NULL) {
        return no_memory(error);
    }
    size_t count = 0;
    const bool none = strcmp(text, "none") == 0;
    for (const char *start = text; !none; start++) {
        const size_t length = strcspn(start, ",");
        uint64_t value;
        if (!lnt_number_u64(start, length, &value) || value < option->least ||
            value > option->most) {
            free(items);
            return refuse(option, "none or whole numbers", text, error);
        }
        items[count++] = (size_t) value;
        start += length;
        if (*start == '\0') {
            break;
        }
    }
    free(sizes->items);
    *sizes = (lnt_cli_sizes){items, count};
    return LNT_OK;
}

static lnt_status set_real(const lnt_cli_option *option, const char *text, void *place,
                           lnt_error *error)
{
    double value = 0;
    const char *end = lnt_cli_read_number(text, &value);
    const bool low = option->above_low ? value > option->low : value >= option->low;
    const bool high = option->below_high ? value < option->high : value <= option->high;
    if (end == NULL || *end != '\0' || !low || !high) {
        return refuse(option, "a number", text, error);
    }
    *(double *) place = value;
    return LNT_OK;
}

static const char *choice_of(size_t i, const void *context)
{
    const lnt_cli_option *option = context;
    return option->choice((int) i);
}

static lnt_status set_choice(const lnt_cli_option *option, const char *text, void *place,
                             lnt_error *error)
{
    for (int i = 0; option->choice(i) != NULL; i++) {
        if (strcmp(option->choice(i), text) == 0) {
            memcpy(place, &i, sizeof i);
            return LNT_OK;
        }
    }
    char range[LNT_CLI_RANGE_MAX];
    lnt_cli_option_range(option, range, sizeof range);
    const char *nearest = lnt_suggest(text, choice_of, option);
    if (nearest == NULL) {
        return lnt_fail(error, LNT_ERR_INVALID, "expected %s, found '%s'", range, text);
    }
    return lnt_fail(error, LNT_ERR_INVALID, "expected %s, found '%s'; did you mean '%s'?", range,
                    text, nearest);
}

static lnt_status set_char(const lnt_cli_option *option, const char *text, void *place,
                           lnt_error *error)
{
    (void) option;
    static const struct {
        const char *name;
        char value;
    } names[] = {{"tab", '\t'}, {"\\t", '\t'}, {"comma", ','}, {"semicolon", ';'}, {"space", ' '}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(text, names[i].name) == 0) {
            *(char *) place = names[i].value;
            return LNT_OK;
        }
    }
    /* Letters, digits, signs and quotes occur within fields. */
    const bool usable =
        text[0] == '\t' || (text[0] != '\0' && strchr(",;:|!#$%&*/<>=?@^_`~ ", text[0]) != NULL);
    if (!usable || text[1] != '\0') {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "expected one character such as ',' or ';', or tab, found '%s'", text);
    }
    *(char *) place = text[0];
    return LNT_OK;
}

static lnt_status set_time(const lnt_cli_option *option, const char *text, void *place,
                           lnt_error *error)
{
    double value;
    if (!lnt_cli_read_seconds(text, &value) || !(value <= option->high)) {
        return refuse(option, "a time", text, error);
    }
    *(double *) place = value;
    return LNT_OK;
}

static void free_nothing(void *place)
{
    (void) place;
}

static void free_text(void *place)
{
    free(*(char **) place);
}

static void free_texts(void *place)
{
    lnt_cli_texts *texts = place;
    for (size_t i = 0; i < texts->count; i++) {
        free(texts->items[i]);
    }
    free(texts->items);
}

static void free_sizes(void *place)
{
    free(((lnt_cli_sizes *) place)->items);
}

static const struct {
    size_t size;
    lnt_status (*set)(const lnt_cli_option *option, const char *text, void *place,
                      lnt_error *error);
    void (*clear)(void *place);
} kinds[] = {
    [LNT_CLI_SWITCH] = {sizeof(bool), set_switch, free_nothing},
    [LNT_CLI_TEXT] = {sizeof(char *), set_text, free_text},
    [LNT_CLI_TEXTS] = {sizeof(lnt_cli_texts), set_texts, free_texts},
    [LNT_CLI_LIST] = {sizeof(lnt_cli_texts), set_texts, free_texts},
    [LNT_CLI_COUNT] = {sizeof(uint64_t), set_count, free_nothing},
    [LNT_CLI_SIZE] = {sizeof(size_t), set_size, free_nothing},
    [LNT_CLI_BYTES] = {sizeof(size_t), set_bytes, free_nothing},
    [LNT_CLI_SIZES] = {sizeof(lnt_cli_sizes), set_sizes, free_sizes},
    [LNT_CLI_REAL] = {sizeof(double), set_real, free_nothing},
    [LNT_CLI_TIME] = {sizeof(double), set_time, free_nothing},
    [LNT_CLI_CHOICE] = {sizeof(int), set_choice, free_nothing},
    [LNT_CLI_CHAR] = {sizeof(char), set_char, free_nothing},
};

void lnt_cli_option_choices(const lnt_cli_option *selector, unsigned long long only, char *text,
                            size_t size)
{
    size_t used = 0, left = 0;
    text[0] = '\0';
    for (int i = 0; selector->choice(i) != NULL; i++) {
        left += only >> i & 1;
    }
    const size_t count = left;
    for (int i = 0; selector->choice(i) != NULL && used < size; i++) {
        if ((only >> i & 1) == 0) {
            continue;
        }
        const char *separator = left == count ? "" : left == 1 ? " or " : ", ";
        used += (size_t) snprintf(text + used, size - used, "%s%s", separator, selector->choice(i));
        left--;
    }
}

void lnt_cli_option_range(const lnt_cli_option *option, char *text, size_t size)
{
    text[0] = '\0';
    const bool is_whole = option->kind == LNT_CLI_COUNT || option->kind == LNT_CLI_SIZE ||
                          option->kind == LNT_CLI_SIZES;
    if (option->kind == LNT_CLI_SIZE && option->most == UINT64_MAX) {
        snprintf(text, size, "from %llu", (unsigned long long) option->least);
    } else if (is_whole) {
        snprintf(text, size, "from %llu to %llu", (unsigned long long) option->least,
                 (unsigned long long) option->most);
    } else if (option->kind == LNT_CLI_TIME) {
        snprintf(text, size, "such as 90s, 15m, 2h or 1:30:00");
    } else if (option->kind == LNT_CLI_REAL && isinf(option->high)) {
        snprintf(text, size, "%s %g", option->above_low ? "above" : "from", option->low);
    } else if (option->kind == LNT_CLI_REAL) {
        snprintf(text, size, "%s %g %s %g", option->above_low ? "above" : "from", option->low,
                 option->below_high  ? "to below"
                 : option->above_low ? "and up to"
                                     : "to",
                 option->high);
    } else if (option->kind == LNT_CLI_CHOICE) {
        lnt_cli_option_choices(option, ~0ULL, text, size);
    }
}

lnt_status lnt_cli_option_set(const lnt_cli_option *option, const char *text, void *place,
                              lnt_error *error)
{
    return kinds[option->kind].set(option, text, place, error);
}

void lnt_cli_option_clear(const lnt_cli_option *option, void *place)
{
    kinds[option->kind].clear(place);
    memset(place, 0, kinds[option->kind].size);
}

size_t lnt_cli_option_size(const lnt_cli_option *option)
{
    return kinds[option->kind].size;
}

int lnt_cli_option_choice(const void *place)
{
    int choice;
    memcpy(&choice, place, sizeof choice);
    return choice;
}
