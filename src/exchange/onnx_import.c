/* SPDX-License-Identifier: MIT */
#include <linnet/exchange.h>

lnt_status lnt_onnx_import(lnt_model *model, const char *path, const lnt_allocator *allocator,
                           lnt_error *error)
{
    (void) model;
    (void) allocator;
    return lnt_fail(error, LNT_ERR_INVALID, "%s: not yet", path);
}
