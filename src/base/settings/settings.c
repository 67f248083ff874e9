/* SPDX-License-Identifier: MIT */
#include "base/settings/settings.h"

#include "base/numbers/number.h"
#include "base/text/quote.h"
#include "base/text/suggest.h"

#include <inttypes.h>
#include <limits.h>
#include <linnet/text.h>
#include <stdio.h>
#include <string.h>

enum { RANGE_LENGTH = 320 };

const lnt_setting *lnt_settings_find(lnt_settings settings, const char *name)
{
    for (size_t i = 0; i < settings.count; i++) {
        if (strcmp(settings.items[i].name, name) == 0) {
            return &settings.items[i];
        }
    }
    return NULL;
}

double lnt_setting_default(const lnt_setting *setting, unsigned kind)
{
    return setting->initials != NULL ? setting->initials[kind] : setting->initial;
}

/* --- fields --- */

double lnt_setting_value(const lnt_setting *setting, const void *config)
{
    const void *field = (const char *) config + setting->offset;
    int choice;
    switch (setting->type) {
    case LNT_SETTING_REAL:
        return *(const double *) field;
    case LNT_SETTING_SIZE:
        return (double) *(const size_t *) field;
    case LNT_SETTING_U64:
        return (double) *(const uint64_t *) field;
    case LNT_SETTING_UNSIGNED:
        return *(const unsigned *) field;
    case LNT_SETTING_CHAR:
        return *(const char *) field;
    case LNT_SETTING_BOOL:
        return *(const bool *) field;
    case LNT_SETTING_CHOICE:
        memcpy(&choice, field, sizeof choice); /* an enum of any type */
        return choice;
    }
    return NAN;
}

static void store(const lnt_setting *setting, void *config, double value)
{
    void *field = (char *) config + setting->offset;
    const int choice = setting->type == LNT_SETTING_CHOICE ? (int) value : 0;
    switch (setting->type) {
    case LNT_SETTING_REAL:
        *(double *) field = value;
        break;
    case LNT_SETTING_SIZE:
        *(size_t *) field = value >= (double) SIZE_MAX ? SIZE_MAX : (size_t) value;
        break;
    case LNT_SETTING_U64:
        *(uint64_t *) field = (uint64_t) value;
        break;
    case LNT_SETTING_UNSIGNED:
        *(unsigned *) field = (unsigned) value;
        break;
    case LNT_SETTING_CHAR:
        *(char *) field = (char) (int) value;
        break;
    case LNT_SETTING_BOOL:
        *(bool *) field = value != 0;
        break;
    case LNT_SETTING_CHOICE:
        memcpy(field, &choice, sizeof choice);
        break;
    }
}

void lnt_settings_defaults(lnt_settings settings, unsigned kind, void *config)
{
    for (size_t i = 0; i < settings.count; i++) {
        store(&settings.items[i], config, lnt_setting_default(&settings.items[i], kind));
    }
}

/* --- ranges --- */

static bool opens_low(const lnt_setting *setting)
{
    return setting->interval == LNT_OPEN_LOW || setting->interval == LNT_OPEN;
}

static bool opens_high(const lnt_setting *setting)
{
    return setting->interval == LNT_OPEN_HIGH || setting->interval == LNT_OPEN;
}

bool lnt_setting_allows(const lnt_setting *setting, double value)
{
    if (setting->type == LNT_SETTING_CHOICE) {
        return value >= setting->low && value < 64 && setting->choice((int) value) != NULL;
    }
    return (opens_low(setting) ? value > setting->low : value >= setting->low) &&
           (opens_high(setting) ? value < setting->high : value <= setting->high);
}

static bool is_whole(const lnt_setting *setting)
{
    return setting->type == LNT_SETTING_SIZE || setting->type == LNT_SETTING_U64 ||
           setting->type == LNT_SETTING_UNSIGNED;
}

static void list_choices(const lnt_setting *setting, char *text, size_t size)
{
    size_t used = (size_t) snprintf(text, size, "one of ");
    const char *name;
    const int first = (int) setting->low;
    for (int i = first; (name = setting->choice(i)) != NULL && used < size; i++) {
        used += (size_t) snprintf(text + used, size - used, "%s%s", i > first ? ", " : "", name);
    }
}

void lnt_setting_range(const lnt_setting *setting, char *text, size_t size)
{
    if (setting->type == LNT_SETTING_BOOL) {
        (void) snprintf(text, size, "true or false");
    } else if (setting->type == LNT_SETTING_CHAR) {
        (void) snprintf(text, size, "one character, tab or auto");
    } else if (setting->type == LNT_SETTING_CHOICE) {
        list_choices(setting, text, size);
    } else if (is_whole(setting) && isinf(setting->high)) {
        (void) snprintf(text, size, "at least %.0f", setting->low);
    } else if (is_whole(setting)) {
        (void) snprintf(text, size, "a whole number from %.0f to %.0f", setting->low,
                        setting->high);
    } else if (isinf(setting->high)) {
        (void) snprintf(text, size, "a %snumber %s %g", opens_high(setting) ? "finite " : "",
                        opens_low(setting) ? "above" : "from", setting->low);
    } else {
        (void) snprintf(text, size, "a number in %c%g, %g%c", opens_low(setting) ? '(' : '[',
                        setting->low, setting->high, opens_high(setting) ? ')' : ']');
    }
}

lnt_status lnt_setting_check(const lnt_setting *setting, const char *owner, const void *config,
                             lnt_error *error)
{
    const double value = lnt_setting_value(setting, config);
    if (setting->type == LNT_SETTING_BOOL || lnt_setting_allows(setting, value)) {
        return LNT_OK;
    }
    char range[RANGE_LENGTH];
    lnt_setting_range(setting, range, sizeof range);
    return lnt_fail(error, LNT_ERR_INVALID,
                    setting->type == LNT_SETTING_REAL ? "%s%s is %g, expected %s"
                                                      : "%s%s is %.0f, expected %s",
                    owner, setting->name, value, range);
}

lnt_status lnt_settings_check(lnt_settings settings, unsigned kind, const void *config,
                              lnt_error *error)
{
    for (size_t i = 0; i < settings.count; i++) {
        if ((settings.items[i].kinds & LNT_KIND(kind)) != 0) {
            LNT_TRY(lnt_setting_check(&settings.items[i], settings.owner, config, error));
        }
    }
    return LNT_OK;
}

/* --- text --- */

static bool parse_choice(const lnt_setting *setting, const char *text, double *value)
{
    const char *name;
    for (int i = (int) setting->low; (name = setting->choice(i)) != NULL; i++) {
        if (strcmp(name, text) == 0) {
            *value = i;
            return true;
        }
    }
    return false;
}

static bool parse_bool(const char *text, double *value)
{
    *value = strcmp(text, "true") == 0;
    return *value != 0 || strcmp(text, "false") == 0;
}

static bool parse_char(const char *text, double *value)
{
    const bool is_tab = strcmp(text, "tab") == 0, is_auto = strcmp(text, "auto") == 0;
    *value = is_tab ? '\t' : is_auto ? 0 : text[0];
    return is_tab || is_auto || (text[0] > 0 && text[1] == '\0');
}

/* All 64 bits count, which a double has not. */
static bool parse_u64(const lnt_setting *setting, const char *text, void *config, double *value)
{
    uint64_t whole;
    if (!lnt_number_u64(text, strlen(text), &whole)) {
        return false;
    }
    *value = (double) whole;
    if (setting->type == LNT_SETTING_U64 && lnt_setting_allows(setting, *value)) {
        *(uint64_t *) (void *) ((char *) config + setting->offset) = whole;
    }
    return setting->type == LNT_SETTING_U64 ||
           whole <= (setting->type == LNT_SETTING_UNSIGNED ? UINT_MAX : SIZE_MAX);
}

static bool parse(const lnt_setting *setting, const char *text, void *config, double *value)
{
    switch (setting->type) {
    case LNT_SETTING_REAL:
        return lnt_number_parse_f64(text, value);
    case LNT_SETTING_SIZE:
    case LNT_SETTING_U64:
    case LNT_SETTING_UNSIGNED:
        return parse_u64(setting, text, config, value);
    case LNT_SETTING_CHAR:
        return parse_char(text, value);
    case LNT_SETTING_BOOL:
        return parse_bool(text, value);
    case LNT_SETTING_CHOICE:
        return parse_choice(setting, text, value);
    }
    return false;
}

static const char *name_of(size_t i, const void *context)
{
    const lnt_settings *settings = context;
    return i < settings->count ? settings->items[i].name : NULL;
}

static lnt_status unknown(lnt_settings settings, const char *name, lnt_error *error)
{
    const char *nearest = lnt_suggest(name, name_of, &settings);
    const lnt_excerpt found = lnt_excerpt_of(name);
    if (nearest == NULL) {
        return lnt_fail(error, LNT_ERR_INVALID, "there is no setting '%s%s'", settings.owner,
                        found.text);
    }
    return lnt_fail(error, LNT_ERR_INVALID, "there is no setting '%s%s'; did you mean '%s%s'?",
                    settings.owner, found.text, settings.owner, nearest);
}

lnt_status lnt_settings_set(lnt_settings settings, void *config, const char *name,
                            const char *value, lnt_error *error)
{
    if (config == NULL || name == NULL || value == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "config, name and value are required");
    }
    const lnt_setting *setting = lnt_settings_find(settings, name);
    if (setting == NULL) {
        return unknown(settings, name, error);
    }
    double number = NAN;
    if (!parse(setting, value, config, &number) || !lnt_setting_allows(setting, number)) {
        char range[RANGE_LENGTH];
        lnt_setting_range(setting, range, sizeof range);
        return lnt_fail(error, LNT_ERR_INVALID, "%s%s is '%s', expected %s", settings.owner,
                        setting->name, lnt_excerpt_of(value).text, range);
    }
    if (setting->type != LNT_SETTING_U64) {
        store(setting, config, number);
    }
    return LNT_OK;
}

lnt_status lnt_setting_format(const lnt_setting *setting, const void *config,
                              char text[LNT_SETTING_LENGTH])
{
    const void *field = (const char *) config + setting->offset;
    const double value = lnt_setting_value(setting, config);
    const char *name;
    switch (setting->type) {
    case LNT_SETTING_REAL:
        return lnt_format_number(value, text);
    case LNT_SETTING_SIZE:
        (void) snprintf(text, LNT_SETTING_LENGTH, "%zu", *(const size_t *) field);
        break;
    case LNT_SETTING_U64:
        (void) snprintf(text, LNT_SETTING_LENGTH, "%" PRIu64, *(const uint64_t *) field);
        break;
    case LNT_SETTING_UNSIGNED:
        (void) snprintf(text, LNT_SETTING_LENGTH, "%u", *(const unsigned *) field);
        break;
    case LNT_SETTING_CHAR:
        (void) snprintf(text, LNT_SETTING_LENGTH,
                        value == 0      ? "auto"
                        : value == '\t' ? "tab"
                                        : "%c",
                        (int) value);
        break;
    case LNT_SETTING_BOOL:
        (void) snprintf(text, LNT_SETTING_LENGTH, "%s", value != 0 ? "true" : "false");
        break;
    case LNT_SETTING_CHOICE:
        name = lnt_setting_allows(setting, value) ? setting->choice((int) value) : NULL;
        (void) snprintf(text, LNT_SETTING_LENGTH, "%s", name != NULL ? name : "?");
        break;
    }
    return LNT_OK;
}

lnt_status lnt_settings_get(lnt_settings settings, const void *config, const char *name,
                            char text[LNT_SETTING_LENGTH], lnt_error *error)
{
    if (config == NULL || name == NULL || text == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "config, name and text are required");
    }
    const lnt_setting *setting = lnt_settings_find(settings, name);
    return setting != NULL ? lnt_setting_format(setting, config, text)
                           : unknown(settings, name, error);
}
