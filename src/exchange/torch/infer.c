/* SPDX-License-Identifier: MIT */
#include "base/files/file_error.h"
#include "exchange/torch/layers.h"

lnt_torch_module lnt_torch_module_at(const lnt_torch_state_dict *state_dict, size_t first)
{
    lnt_torch_module module = {state_dict->tensors + first, 0};
    while (first + module.count < state_dict->n_tensors &&
           module.tensors[module.count].module == module.tensors[0].module) {
        module.count++;
    }
    return module;
}

const lnt_torch_tensor *lnt_torch_field_of(const lnt_torch_module *module, lnt_torch_field field)
{
    for (size_t i = 0; i < module->count; i++) {
        if (module->tensors[i].field == field) {
            return &module->tensors[i];
        }
    }
    return NULL;
}

static lnt_status infer_module(const lnt_torch_module *module, lnt_layer *layer, lnt_error *error)
{
    const lnt_torch_tensor *weight = lnt_torch_field_of(module, LNT_TORCH_WEIGHT);
    const bool bias = lnt_torch_field_of(module, LNT_TORCH_BIAS) != NULL;
    if (lnt_torch_field_of(module, LNT_TORCH_RUNNING_MEAN) != NULL ||
        lnt_torch_field_of(module, LNT_TORCH_RUNNING_VAR) != NULL) {
        *layer = lnt_batch_norm();
        layer->gain = weight != NULL;
        layer->bias = bias;
        return LNT_OK;
    }
    if (weight == NULL) {
        return lnt_torch_fail(&module->tensors[0], error,
                              "no module of an nn.Sequential has it without a weight");
    }
    const lnt_st_tensor *tensor = &weight->entry->tensor;
    if (tensor->rank == 2) {
        *layer = lnt_dense(tensor->shape[0], LNT_IDENTITY);
        layer->bias = bias;
        return LNT_OK;
    }
    if (tensor->rank == 1 && bias) {
        *layer = lnt_layer_norm();
        return LNT_OK;
    }
    return tensor->rank == 1
               ? lnt_torch_fail(weight, error,
                                "may be of an RMSNorm, a LayerNorm without bias or a PReLU: give "
                                "the layers of the net")
               : lnt_torch_fail(weight, error, "expected 1 or 2 dimensions, found %zu",
                                tensor->rank);
}

/* Adds an activation after a Linear and its norms. */
static void close_block(lnt_layer *layers, size_t *n_layers, lnt_activation activation)
{
    if (*n_layers == 0 || activation == LNT_IDENTITY) {
        return;
    }
    lnt_layer *last = &layers[*n_layers - 1];
    if (last->units > 0) {
        last->activation = activation;
    } else {
        layers[(*n_layers)++] = lnt_activation_layer(activation);
    }
}

static lnt_status infer(const lnt_torch_state_dict *state_dict, const lnt_torch_options *options,
                        lnt_layer *layers, size_t *n_layers, lnt_error *error)
{
    bool in_block = false;
    size_t blocks = 0;
    *n_layers = 0;
    for (size_t first = 0; first < state_dict->n_tensors;) {
        const lnt_torch_module module = lnt_torch_module_at(state_dict, first);
        lnt_layer layer;
        LNT_TRY(infer_module(&module, &layer, error));
        if (layer.units > 0) {
            if (in_block) {
                close_block(layers, n_layers, options->activation);
            }
            in_block = true;
            blocks++;
        }
        layers[(*n_layers)++] = layer;
        first += module.count;
    }
    if (in_block) {
        close_block(layers, n_layers, options->output_activation);
    }
    if (blocks > 1 && options->activation == LNT_IDENTITY && !options->linear) {
        return lnt_file_fail(error, LNT_ERR_INVALID, state_dict->path,
                             "the state dict of %zu Linear modules does not name the activation "
                             "between them: specify it, or all layers",
                             blocks);
    }
    return LNT_OK;
}

lnt_status lnt_torch_infer(const lnt_torch_state_dict *state_dict, const lnt_torch_options *options,
                           lnt_layer **layers, size_t *n_layers, lnt_error *error)
{
    /* A module has at least one tensor, and at most one activation after it. */
    *layers = lnt_allocate(state_dict->allocator, state_dict->n_tensors, 2 * sizeof **layers);
    if (*layers == NULL) {
        return lnt_file_fail_memory(error, state_dict->path);
    }
    const lnt_status status = infer(state_dict, options, *layers, n_layers, error);
    if (status != LNT_OK) {
        lnt_release(state_dict->allocator, *layers);
        *layers = NULL;
    }
    return status;
}
