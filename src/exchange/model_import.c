/* SPDX-License-Identifier: MIT */
#include "exchange/npz/model.h"
#include "io/model/file.h"

#include <linnet/exchange.h>

lnt_import_options lnt_import_defaults(void)
{
    return (lnt_import_options){.torch = lnt_torch_defaults()};
}

static lnt_status import_format(lnt_model *model, const char *path, lnt_model_format format,
                                const lnt_import_options *options, lnt_error *error)
{
    switch (format) {
    case LNT_FORMAT_LINNET:
        return lnt_model_load_file(model, path, options->allow_nonfinite, options->allocator,
                                   error);
    case LNT_FORMAT_TORCH: {
        lnt_torch_options torch = options->torch;
        torch.allow_nonfinite = torch.allow_nonfinite || options->allow_nonfinite;
        return lnt_torch_import(model, path, &torch, options->allocator, error);
    }
    case LNT_FORMAT_NPZ:
        return lnt_npz_load(model, path, options->allow_nonfinite, options->allocator, error);
    case LNT_FORMAT_ONNX: {
        lnt_onnx_options onnx = lnt_onnx_defaults();
        onnx.allocator = options->allocator;
        onnx.allow_nonfinite = options->allow_nonfinite;
        return lnt_onnx_import(model, path, &onnx, error);
    }
    case LNT_FORMAT_C:
        break;
    }
    return lnt_fail(error, LNT_ERR_FORMAT, "%s: C source cannot be imported", path);
}

lnt_status lnt_model_import(lnt_model *model, const char *path, const lnt_import_options *options,
                            lnt_error *error)
{
    if (model == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "model to import: the model is NULL");
    }
    *model = lnt_model_init();
    const lnt_import_options settled = options != NULL ? *options : lnt_import_defaults();
    lnt_model_format format;
    LNT_TRY(lnt_model_format_detect(path, &format, error));
    return import_format(model, path, format, &settled, error);
}
