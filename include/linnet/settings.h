/* SPDX-License-Identifier: MIT */
#ifndef LINNET_SETTINGS_H
#define LINNET_SETTINGS_H

#include <linnet/export.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

LNT_BEGIN_DECLS

/**
 * Settings by name, for configuration files and for bindings to other languages. Each kind of
 * configuration has one table that describes all its fields, and three functions:
 *
 *     const lnt_setting *lnt_optim_settings(size_t *count);              the table
 *     lnt_optim_set(&config, "lm.mu", "1e-3", &error);                   text to field
 *     lnt_optim_get(&config, "lm.mu", text, &error);                     field to text
 *
 * and likewise `lnt_schedule_…`, `lnt_loss_…`, `lnt_net_…`, `lnt_fit_…` and `lnt_read_…`. The
 * defaults, the checks of ranges, the options of the command with their help, its manual and the
 * comparison of a resumed run with its checkpoint all come from these tables.
 */

/** The type of a setting, and the type of its field. */
typedef enum lnt_setting_type {
    LNT_SETTING_REAL,     /**< double */
    LNT_SETTING_SIZE,     /**< size_t */
    LNT_SETTING_U64,      /**< uint64_t */
    LNT_SETTING_UNSIGNED, /**< unsigned */
    LNT_SETTING_CHAR,     /**< char: one character, "tab", or "auto" for 0 */
    LNT_SETTING_BOOL,     /**< bool: "true" or "false" */
    LNT_SETTING_CHOICE    /**< an enum: one of the names that `choice` gives */
} lnt_setting_type;

/** Which ends of a range belong to it. */
typedef enum lnt_interval {
    LNT_CLOSED,    /**< [low, high] */
    LNT_OPEN_LOW,  /**< (low, high] */
    LNT_OPEN_HIGH, /**< [low, high) */
    LNT_OPEN       /**< (low, high) */
} lnt_interval;

/** One setting. Constant data of the library. */
typedef struct lnt_setting {
    const char *name; /**< path of the field in its struct: "learning_rate", "lm.mu" */
    lnt_setting_type type;
    size_t offset;  /**< of the field in the struct, in bytes */
    double initial; /**< default, for all kinds unless `initials` is set; of a choice its index */
    const double *initials; /**< default of each kind, or NULL */
    double low;  /**< smallest value, unless `interval` leaves it out; NaN is in no range */
    double high; /**< largest value, likewise; may be infinite */
    lnt_interval interval;
    uint64_t kinds; /**< bit k is set if kind k uses the setting */
    const char *(*choice)(
        int index);    /**< of a choice: its names from `low` on; NULL after the last */
    bool is_limit;     /**< limits time, memory or threads; results do not depend on it */
    const char *value; /**< what the value is called in help: "FACTOR" */
    const char *help;  /**< one line */
} lnt_setting;

/** Bytes that any `lnt_…_get` function writes at most, final zero included. */
#define LNT_SETTING_LENGTH 64

LNT_END_DECLS

#endif
