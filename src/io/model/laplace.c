/* SPDX-License-Identifier: MIT */
#include "base/files/file_error.h"
#include "io/model/loader.h"
#include "io/model/text.h"

#include <string.h>

lnt_status lnt_model_loader_laplace_info(lnt_model_loader *loader)
{
    json_t *root;
    LNT_TRY(lnt_model_loader_parse(loader, LNT_KEY_LAPLACE, &root));
    loader->has_laplace = root != NULL;
    const lnt_status status =
        root != NULL ? lnt_laplace_parse(&loader->laplace, root, loader->path, loader->error)
                     : LNT_OK;
    json_decref(root);
    return status;
}

size_t lnt_model_loader_laplace_tensors(const lnt_model_loader *loader,
                                        const lnt_net_config *config)
{
    size_t last;
    const size_t dense = lnt_laplace_dense(config->layers, config->n_layers, &last);
    return loader->has_laplace && dense > 0
               ? lnt_laplace_n_tensors(loader->laplace.structure, dense)
               : 0;
}

/* Checks that net and loss support an approximation, and that the tensors exist, before memory is
 * allocated. */
static lnt_status check(const lnt_model_loader *loader, const lnt_model *model, size_t n_tensors)
{
    const lnt_laplace_info *info = &loader->laplace;
    const bool normal = model->loss.kind == LNT_LOSS_MSE;
    if (lnt_laplace_takes(model->net, NULL) != LNT_OK ||
        !(normal || lnt_loss_is_classification(model->loss.kind)) || normal != (info->noise > 0)) {
        return lnt_file_fail(loader->error, LNT_ERR_FORMAT, loader->path,
                             "laplace: layers, loss and noise do not fit together");
    }
    for (size_t i = 0; i < n_tensors; i++) {
        lnt_laplace_tensor tensor;
        const lnt_st_entry *entry;
        if (!lnt_laplace_shape(model->net, info->structure, i, &tensor)) {
            return lnt_model_loader_fail(loader, tensor.name, "is too large");
        }
        LNT_TRY(lnt_model_loader_tensor(loader, tensor.name, LNT_ST_F64, tensor.rank, tensor.shape,
                                        &entry));
    }
    return LNT_OK;
}

static lnt_status read_one(const lnt_model_loader *loader, const lnt_laplace *laplace, size_t i)
{
    lnt_laplace_tensor tensor;
    bool finite;
    lnt_laplace_tensor_at(laplace, i, &tensor);
    LNT_TRY(lnt_model_loader_read(loader, lnt_model_loader_find(loader, tensor.name), tensor.data));
    const bool values = tensor.rank == 1;
    const double *numbers = tensor.data;
    const lnt_tensor all =
        lnt_tensor_f64(tensor.data, values ? 1 : tensor.shape[0], tensor.shape[0]);
    LNT_TRY(lnt_all_finite(&all, &finite, NULL, NULL));
    for (size_t k = 0; k < tensor.shape[0] && values; k++) {
        finite = finite && numbers[k] >= 0;
    }
    return finite ? LNT_OK
                  : lnt_model_loader_fail(loader, tensor.name,
                                          "expected finite numbers, and eigenvalues of at least 0");
}

lnt_status lnt_model_loader_laplace(const lnt_model_loader *loader, lnt_model *model)
{
    size_t last;
    if (!loader->has_laplace) {
        return LNT_OK;
    }
    const size_t dense = lnt_laplace_dense(model->net->layers, model->net->n_layers, &last);
    const size_t n_tensors = lnt_laplace_n_tensors(loader->laplace.structure, dense);
    LNT_TRY(check(loader, model, n_tensors));
    const lnt_status status = lnt_laplace_create(&model->laplace, model->net, model->loss.kind,
                                                 loader->laplace.structure, loader->allocator);
    if (status != LNT_OK) {
        return lnt_file_fail(loader->error, status, loader->path, "%s", lnt_status_text(status));
    }
    lnt_laplace_info *info = &model->laplace->info;
    const size_t parameters = info->parameters;
    *info = loader->laplace;
    info->parameters = parameters;
    for (size_t i = 0; i < n_tensors; i++) {
        LNT_TRY(read_one(loader, model->laplace, i));
    }
    lnt_laplace_settle(model->laplace);
    return LNT_OK;
}
