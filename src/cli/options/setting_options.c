/* SPDX-License-Identifier: MIT */
#include "cli/options/setting_options.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CONFIG_BYTES = 1024, KINDS_MAX = 32 };

static const lnt_cli_setting_rule *rule_of(const lnt_cli_setting_source *source, const char *name)
{
    for (size_t i = 0; i < source->n_rules; i++) {
        if (strcmp(source->rules[i].setting, name) == 0) {
            return &source->rules[i];
        }
    }
    return NULL;
}

/* "lm.mu_inc" becomes "mu-inc". */
static void option_name(const lnt_setting *setting, lnt_cli_help_text name)
{
    const char *dot = strrchr(setting->name, '.');
    (void) snprintf(name, LNT_CLI_HELP_MAX, "%s", dot != NULL ? dot + 1 : setting->name);
    for (char *c = name; *c != '\0'; c++) {
        *c = *c == '_' ? '-' : *c;
    }
}

static lnt_cli_kind kind_of(const lnt_setting *setting)
{
    switch (setting->type) {
    case LNT_SETTING_REAL:
        return LNT_CLI_REAL;
    case LNT_SETTING_BOOL:
        return LNT_CLI_SWITCH;
    case LNT_SETTING_CHOICE:
        return LNT_CLI_CHOICE;
    case LNT_SETTING_CHAR:
        return LNT_CLI_CHAR;
    default:
        return LNT_CLI_SIZE;
    }
}

static uint64_t whole(double number)
{
    return number >= 18446744073709551615.0 ? UINT64_MAX : (uint64_t) number;
}

/* The choices of the selector with which the setting has an effect; all bits if with every one. */
static unsigned long long choices_of(const lnt_cli_setting_source *source, uint64_t kinds)
{
    return kinds == ~UINT64_C(0) ? ~0ULL : (unsigned long long) kinds << source->first;
}

static lnt_cli_option option_of(const lnt_cli_setting_source *source, const lnt_setting *setting,
                                const lnt_cli_setting_rule *rule)
{
    lnt_cli_option option = {.kind = kind_of(setting),
                             .offset = source->offset + setting->offset,
                             .value = setting->value,
                             .help = setting->help,
                             .choice = setting->choice};
    if (option.kind == LNT_CLI_SIZE) {
        option.least = whole(setting->low);
        option.most = whole(setting->high);
    } else if (option.kind == LNT_CLI_REAL) {
        option.low = setting->low;
        option.high = setting->high;
        option.above_low = setting->interval == LNT_OPEN_LOW || setting->interval == LNT_OPEN;
        option.below_high = setting->interval == LNT_OPEN_HIGH || setting->interval == LNT_OPEN;
    }
    if (rule != NULL && rule->kind != LNT_CLI_SWITCH) {
        option.kind = rule->kind;
    }
    if (rule != NULL && rule->help != NULL) {
        option.help = rule->help;
    }
    option.initial = rule != NULL ? rule->initial : NULL;
    option.depends_on = choices_of(source, setting->kinds) != ~0ULL ? source->depends_on : NULL;
    option.only = choices_of(source, setting->kinds);
    return option;
}

/* Adds a setting to the option, which another one has already. */
static void merge(const lnt_cli_setting_source *source, const lnt_setting *setting,
                  lnt_cli_option *option)
{
    const unsigned long long only = choices_of(source, setting->kinds);
    if (option->n_variants == 0) {
        option->variants[option->n_variants++] = (lnt_cli_variant){option->only, option->offset};
    }
    option->variants[option->n_variants++] =
        (lnt_cli_variant){only, source->offset + setting->offset};
    option->only |= only;
}

static size_t find(const lnt_cli_option *options, size_t count, const char *name)
{
    size_t i = 0;
    while (i < count && strcmp(options[i].name, name) != 0) {
        i++;
    }
    return i;
}

/* --- defaults in the help --- */

/* The setting that a kind uses for an option; NULL if it uses none. */
static const lnt_setting *setting_for(const lnt_cli_setting_source *source,
                                      const lnt_cli_option *option, unsigned kind)
{
    for (size_t i = 0; i < source->count; i++) {
        const lnt_setting *setting = &source->settings[i];
        const size_t offset = source->offset + setting->offset;
        bool is_it = option->offset == offset;
        for (size_t v = 0; v < option->n_variants; v++) {
            is_it = is_it || option->variants[v].offset == offset;
        }
        if (is_it && (setting->kinds >> kind & 1) != 0) {
            return setting;
        }
    }
    return NULL;
}

typedef struct default_texts {
    char of[KINDS_MAX][LNT_SETTING_LENGTH]; /* "": the kind has no such setting */
    unsigned n_kinds;
} default_texts;

/* "1e-08" becomes "1e-8", and "1e+10" "1e10". */
static void shorten_exponent(char *text)
{
    char *e = strchr(text, 'e');
    if (e != NULL) {
        char *from = e + 1, *to = e + 1;
        if (*from == '-') {
            to++;
        }
        from += *from == '-' || *from == '+';
        from += strspn(from, "0");
        memmove(to, from, strlen(from) + 1);
    }
}

static void find_defaults(const lnt_cli_setting_source *source, const lnt_cli_option *option,
                          default_texts *texts)
{
    texts->n_kinds = source->n_kinds;
    for (unsigned kind = 0; kind < source->n_kinds; kind++) {
        _Alignas(16) char config[CONFIG_BYTES];
        const lnt_setting *setting = setting_for(source, option, kind);
        texts->of[kind][0] = '\0';
        if (setting == NULL) {
            continue;
        }
        source->defaults(kind, config);
        const bool is_bool = setting->type == LNT_SETTING_BOOL;
        const void *field = config + setting->offset;
        if (is_bool) {
            (void) snprintf(texts->of[kind], LNT_SETTING_LENGTH, "%s",
                            *(const bool *) field ? "yes" : "no");
        } else if (setting->type == LNT_SETTING_CHOICE) {
            (void) snprintf(texts->of[kind], LNT_SETTING_LENGTH, "%s",
                            setting->choice(lnt_cli_option_choice(field)));
        } else if (setting->type == LNT_SETTING_REAL) {
            (void) snprintf(texts->of[kind], LNT_SETTING_LENGTH, "%.6g", *(const double *) field);
            shorten_exponent(texts->of[kind]);
        } else {
            (void) snprintf(texts->of[kind], LNT_SETTING_LENGTH, "%zu", *(const size_t *) field);
        }
    }
}

/* How many kinds after `kind` have the same default. */
static size_t others_like(const default_texts *texts, unsigned kind)
{
    size_t count = 0;
    for (unsigned k = kind + 1; k < texts->n_kinds; k++) {
        count += strcmp(texts->of[k], texts->of[kind]) == 0;
    }
    return count;
}

static bool is_first(const default_texts *texts, unsigned kind)
{
    for (unsigned k = 0; k < kind; k++) {
        if (strcmp(texts->of[k], texts->of[kind]) == 0) {
            return false;
        }
    }
    return texts->of[kind][0] != '\0';
}

/* "help, by default 0.9 for sgd and kfac, 0 for rmsprop" */
static void describe(const lnt_cli_setting_source *source, const lnt_cli_option *selector,
                     lnt_cli_option *option, lnt_cli_help_text text)
{
    default_texts texts;
    unsigned groups = 0;
    size_t used = (size_t) snprintf(text, LNT_CLI_HELP_MAX, "%s", option->help);
    find_defaults(source, option, &texts);
    for (unsigned kind = 0; kind < texts.n_kinds; kind++) {
        groups += is_first(&texts, kind);
    }
    for (unsigned kind = 0; kind < texts.n_kinds && used < LNT_CLI_HELP_MAX; kind++) {
        if (!is_first(&texts, kind)) {
            continue;
        }
        const bool begins = strstr(text, ", by default ") == NULL;
        used += (size_t) snprintf(text + used, LNT_CLI_HELP_MAX - used, "%s%s",
                                  begins ? ", by default " : ", ", texts.of[kind]);
        size_t left = others_like(&texts, kind);
        for (unsigned k = kind; groups > 1 && k < texts.n_kinds && used < LNT_CLI_HELP_MAX; k++) {
            if (strcmp(texts.of[k], texts.of[kind]) == 0) {
                used += (size_t) snprintf(text + used, LNT_CLI_HELP_MAX - used, "%s%s",
                                          k == kind   ? " for "
                                          : left == 0 ? " and "
                                                      : ", ",
                                          selector->choice((int) (k + source->first)));
                left -= k == kind || left == 0 ? 0 : 1;
            }
            if (k == kind && left > 0) {
                left--;
            }
        }
    }
    option->help = text;
}

size_t lnt_cli_setting_options(const lnt_cli_setting_source *source, lnt_cli_option *options,
                               size_t count, lnt_cli_help_text *texts, lnt_cli_help_text *names)
{
    const size_t begin = count;
    for (size_t i = 0; i < source->count; i++) {
        const lnt_setting *setting = &source->settings[i];
        const lnt_cli_setting_rule *rule = rule_of(source, setting->name);
        if (rule != NULL && rule->option == NULL) {
            continue;
        }
        option_name(setting, names[count]);
        if (rule != NULL) {
            (void) snprintf(names[count], LNT_CLI_HELP_MAX, "%s", rule->option);
        }
        const size_t same = find(options, count, names[count]);
        if (same < count) {
            merge(source, setting, &options[same]);
            continue;
        }
        options[count] = option_of(source, setting, rule);
        options[count].name = names[count];
        count++;
    }
    const size_t selector = find(options, count, source->depends_on);
    for (size_t i = begin; i < count; i++) {
        if (options[i].initial == NULL && options[i].kind != LNT_CLI_BYTES) {
            describe(source, &options[selector], &options[i], texts[i]);
        }
    }
    return count;
}
