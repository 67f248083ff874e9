/* SPDX-License-Identifier: MIT */
#include <linnet/exchange.h>

lnt_status lnt_c_export(const lnt_model *model, const char *path, const lnt_c_options *options,
                        lnt_error *error)
{
    (void) model;
    (void) options;
    return lnt_fail(error, LNT_ERR_INVALID, "%s: not yet", path);
}
