/* SPDX-License-Identifier: MIT */
#include "exchange/onnx/read/graph.h"
#include "exchange/onnx/read/layers.h"
#include "io/model/finite_check.h"

#include <linnet/exchange.h>
#include <stdint.h>

lnt_onnx_options lnt_onnx_defaults(void)
{
    return (lnt_onnx_options){.memory_limit = SIZE_MAX};
}

static lnt_status import(lnt_onnx_reader *reader, bool allow_nonfinite, lnt_model *model)
{
    lnt_onnx_parts parts;
    lnt_onnx_net net;
    lnt_loss_kind loss = LNT_LOSS_MSE;
    bool declared = false;
    LNT_TRY(lnt_onnx_read_file(reader));
    LNT_TRY(lnt_onnx_index_values(reader));
    LNT_TRY(lnt_onnx_declared_loss(reader, &declared, &loss));
    LNT_TRY(lnt_onnx_walk(reader, &parts));
    LNT_TRY(lnt_onnx_assemble(reader, &parts, declared ? &loss : NULL, &net));
    LNT_TRY(lnt_onnx_make_model(reader, &net, model));
    if (!allow_nonfinite) {
        LNT_TRY(lnt_file_check_net(reader->path, model->net, reader->error));
    }
    return lnt_onnx_read_metadata(reader, &parts, model);
}

lnt_status lnt_onnx_import(lnt_model *model, const char *path, const lnt_onnx_options *options,
                           lnt_error *error)
{
    if (model == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "model to import: the model is NULL");
    }
    *model = lnt_model_init();
    if (path == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "model to import: the path is NULL");
    }
    const lnt_onnx_options used = options != NULL ? *options : lnt_onnx_defaults();
    lnt_onnx_reader reader = {.path = path,
                              .allocator = used.allocator,
                              .error = error,
                              .pool = lnt_pool_init(used.allocator, used.memory_limit)};
    const lnt_status status = import(&reader, used.allow_nonfinite, model);
    lnt_pool_clear(&reader.pool);
    if (status != LNT_OK) {
        lnt_model_finish(model);
    }
    return status;
}
