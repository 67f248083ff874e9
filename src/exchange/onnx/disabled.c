/* SPDX-License-Identifier: MIT */
#include "base/files/file_error.h"

#include <linnet/exchange.h>
#include <stdint.h>

/* In a build without libprotobuf-c. */

static lnt_status refuse(const void *model, const char *path, const char *sentence,
                         lnt_error *error)
{
    if (model == NULL || path == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "the model, its net or the path is NULL");
    }
    return lnt_file_fail(error, LNT_ERR_INVALID, path, "%s (meson option onnx)", sentence);
}

lnt_onnx_options lnt_onnx_defaults(void)
{
    return (lnt_onnx_options){.memory_limit = SIZE_MAX};
}

lnt_status lnt_onnx_export(const lnt_model *model, const char *path, lnt_error *error)
{
    return refuse(model != NULL ? model->net : NULL, path,
                  "this build of linnet writes no ONNX files", error);
}

lnt_status lnt_onnx_import(lnt_model *model, const char *path, const lnt_onnx_options *options,
                           lnt_error *error)
{
    (void) options;
    if (model != NULL) {
        *model = lnt_model_init();
    }
    return refuse(model, path, "this build of linnet reads no ONNX files", error);
}
