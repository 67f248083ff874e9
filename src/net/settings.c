/* SPDX-License-Identifier: MIT */
#include "base/settings/settings.h"

#include <linnet/net.h>

/* The one description of all settings of nets; linnet/settings.h says what comes from it. */

static const char *dtype_name(int dtype)
{
    return dtype == LNT_F32 || dtype == LNT_F64 ? lnt_dtype_name((lnt_dtype) dtype) : NULL;
}

static const lnt_setting table[] = {
    {LNT_CHOICE(lnt_net_config, dtype, dtype_name), .low = LNT_F32, .initial = LNT_F32,
     .kinds = LNT_ALL_KINDS, .value = "DTYPE", .help = "Precision of parameters and data"},
    {LNT_SIZE(lnt_net_config, inputs), .high = INFINITY, .kinds = LNT_ALL_KINDS, .value = "N",
     .help = "Columns of the input"},
    {LNT_SETTING(lnt_net_config, seed, LNT_SETTING_U64), .high = INFINITY, .kinds = LNT_ALL_KINDS,
     .value = "SEED", .help = "Seed of the weight initializers"},
};

static const lnt_settings settings = {table, sizeof table / sizeof table[0], "net."};

lnt_net_config lnt_net_defaults(void)
{
    lnt_net_config config = {.dtype = LNT_F32};
    lnt_settings_defaults(settings, 0, &config);
    return config;
}

const lnt_setting *lnt_net_settings(size_t *count)
{
    if (count != NULL) {
        *count = settings.count;
    }
    return table;
}

lnt_status lnt_net_set(lnt_net_config *config, const char *name, const char *value,
                       lnt_error *error)
{
    return lnt_settings_set(settings, config, name, value, error);
}

lnt_status lnt_net_get(const lnt_net_config *config, const char *name,
                       char value[LNT_SETTING_LENGTH], lnt_error *error)
{
    return lnt_settings_get(settings, config, name, value, error);
}
