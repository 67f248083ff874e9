/* SPDX-License-Identifier: MIT */
#include <linnet/exchange.h>

lnt_status lnt_onnx_export(const lnt_model *model, const char *path, lnt_error *error)
{
    (void) model;
    return lnt_fail(error, LNT_ERR_INVALID, "%s: not yet", path);
}
