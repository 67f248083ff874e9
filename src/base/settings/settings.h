/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_SETTINGS_SETTINGS_H
#define LINNET_BASE_SETTINGS_SETTINGS_H

#include <linnet/settings.h>
#include <linnet/status.h>
#include <math.h>
#include <stdbool.h>

/** A table of settings: what all functions below work on. */
typedef struct lnt_settings {
    const lnt_setting *items;
    size_t count;
    const char *owner; /**< begins the names in sentences: "optim." */
} lnt_settings;

/** Rows of a table: `member` is a field of `config`, or a field of one of its structs. */
#define LNT_SETTING(config, member, kind)                                                          \
    .name = #member, .type = (kind), .offset = offsetof(config, member)
#define LNT_REAL(config, member) LNT_SETTING(config, member, LNT_SETTING_REAL)
#define LNT_SIZE(config, member) LNT_SETTING(config, member, LNT_SETTING_SIZE)
#define LNT_FLAG(config, member) LNT_SETTING(config, member, LNT_SETTING_BOOL), .high = 1
#define LNT_CHOICE(config, member, names)                                                          \
    LNT_SETTING(config, member, LNT_SETTING_CHOICE), .choice = (names), .high = INFINITY

/** Ranges. */
#define LNT_FRACTION .low = 0, .high = 1, .interval = LNT_OPEN_HIGH /* [0, 1) */
#define LNT_NOT_NEGATIVE .low = 0, .high = INFINITY, .interval = LNT_OPEN_HIGH
#define LNT_POSITIVE .low = 0, .high = INFINITY, .interval = LNT_OPEN
#define LNT_COUNT .low = 1, .high = INFINITY

#define LNT_ALL_KINDS (~UINT64_C(0))
#define LNT_KIND(kind) (UINT64_C(1) << (kind))

/** The setting of that name; NULL if there is none. */
const lnt_setting *lnt_settings_find(lnt_settings settings, const char *name);

/** The default for a kind. */
double lnt_setting_default(const lnt_setting *setting, unsigned kind);

/** Sets all fields to the defaults of a kind. */
void lnt_settings_defaults(lnt_settings settings, unsigned kind, void *config);

/** The field as a number; a bool is 0 or 1. */
double lnt_setting_value(const lnt_setting *setting, const void *config);

/** Whether the number is in the range of the setting. */
bool lnt_setting_allows(const lnt_setting *setting, double value);

/** Describes the range: "a number in [0, 1)", "one of sgd, adam". */
void lnt_setting_range(const lnt_setting *setting, char *text, size_t size);

/**
 * Checks the fields that a kind uses. `LNT_ERR_INVALID` for the first one out of its range;
 * `error`, unless NULL, says "optim.lm.mu is 0, expected a finite number above 0".
 */
lnt_status lnt_settings_check(lnt_settings settings, unsigned kind, const void *config,
                              lnt_error *error);

/** Checks a single field, as `lnt_settings_check`. */
lnt_status lnt_setting_check(const lnt_setting *setting, const char *owner, const void *config,
                             lnt_error *error);

/**
 * Sets a field from text. `LNT_ERR_NULL`; `LNT_ERR_INVALID` for an unknown name, with the nearest
 * one in `error`, and for a value that is not of the type or out of range. Nothing else changes.
 */
lnt_status lnt_settings_set(lnt_settings settings, void *config, const char *name,
                            const char *value, lnt_error *error);

/** Writes a field as text that sets the same value again. Errors as `lnt_settings_set`. */
lnt_status lnt_settings_get(lnt_settings settings, const void *config, const char *name,
                            char text[LNT_SETTING_LENGTH], lnt_error *error);

/** The same of a setting. `LNT_ERR_MEMORY`. */
lnt_status lnt_setting_format(const lnt_setting *setting, const void *config,
                              char text[LNT_SETTING_LENGTH]);

#endif
