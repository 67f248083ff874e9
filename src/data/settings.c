/* SPDX-License-Identifier: MIT */
#include "base/settings/settings.h"

#include <linnet/data.h>
#include <stdint.h>

/* The table of the reading options; see linnet/settings.h. */

static const char *dtype_name(int dtype)
{
    return dtype == LNT_F32 || dtype == LNT_F64 ? lnt_dtype_name((lnt_dtype) dtype) : NULL;
}

static const char *header_name(int header)
{
    static const char *const names[] = {
        [LNT_HEADER_AUTO] = "auto", [LNT_HEADER_NONE] = "no", [LNT_HEADER_PRESENT] = "yes"};
    return header >= 0 && header <= LNT_HEADER_PRESENT ? names[header] : NULL;
}

static const char *missing_name(int missing)
{
    static const char *const names[] = {[LNT_MISSING_ERROR] = "error", [LNT_MISSING_DROP] = "drop"};
    return missing >= 0 && missing <= LNT_MISSING_DROP ? names[missing] : NULL;
}

static const lnt_setting table[] = {
    {LNT_CHOICE(lnt_read_options, dtype, dtype_name), .low = LNT_F32, .initial = LNT_F32,
     .kinds = LNT_ALL_KINDS, .value = "DTYPE", .help = "Precision of the matrix"},
    {LNT_SETTING(lnt_read_options, delimiter, LNT_SETTING_CHAR), .high = 127,
     .kinds = LNT_ALL_KINDS, .value = "CHAR", .help = "Delimiter of fields"},
    {LNT_CHOICE(lnt_read_options, header, header_name), .kinds = LNT_ALL_KINDS, .value = "WHEN",
     .help = "Whether the first line names the columns"},
    {LNT_CHOICE(lnt_read_options, missing, missing_name), .kinds = LNT_ALL_KINDS, .value = "HOW",
     .help = "What to do with a row that has a missing value"},
    {LNT_SIZE(lnt_read_options, memory_limit), .initial = (double) SIZE_MAX, .high = INFINITY,
     .is_limit = true, .kinds = LNT_ALL_KINDS, .value = "BYTES", .help = "Memory of the matrix"},
};

static const lnt_settings settings = {table, sizeof table / sizeof table[0], ""};

lnt_read_options lnt_read_defaults(void)
{
    lnt_read_options options = {.dtype = LNT_F32};
    lnt_settings_defaults(settings, 0, &options);
    return options;
}

const lnt_setting *lnt_read_settings(size_t *count)
{
    if (count != NULL) {
        *count = settings.count;
    }
    return table;
}

lnt_status lnt_read_set(lnt_read_options *options, const char *name, const char *value,
                        lnt_error *error)
{
    return lnt_settings_set(settings, options, name, value, error);
}

lnt_status lnt_read_get(const lnt_read_options *options, const char *name,
                        char value[LNT_SETTING_LENGTH], lnt_error *error)
{
    return lnt_settings_get(settings, options, name, value, error);
}
