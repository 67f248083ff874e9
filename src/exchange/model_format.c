/* SPDX-License-Identifier: MIT */
#include <linnet/exchange.h>
#include <string.h>

static const char *const names[] = {
    [LNT_FORMAT_LINNET] = "linnet", [LNT_FORMAT_TORCH] = "torch", [LNT_FORMAT_NPZ] = "npz",
    [LNT_FORMAT_ONNX] = "onnx",     [LNT_FORMAT_C] = "c",
};

const char *lnt_model_format_name(lnt_model_format format)
{
    return (size_t) format < sizeof names / sizeof names[0] ? names[format] : NULL;
}

lnt_status lnt_model_format_find(const char *name, lnt_model_format *format)
{
    if (name == NULL || format == NULL) {
        return LNT_ERR_NULL;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], name) == 0) {
            *format = (lnt_model_format) i;
            return LNT_OK;
        }
    }
    return LNT_ERR_INVALID;
}

lnt_status lnt_model_format_of(const char *path, lnt_model_format *format, lnt_error *error)
{
    (void) format;
    return lnt_fail(error, LNT_ERR_FORMAT, "%s: not yet", path);
}
