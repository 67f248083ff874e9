/* SPDX-License-Identifier: MIT */
#include "base/files/file_error.h"
#include "exchange/torch/half.h"
#include "exchange/torch/layers.h"
#include "io/model/architecture.h"
#include "io/model/finite_check.h"
#include "io/model/text.h"
#include "layers/layer.h"
#include "loss/loss.h"

#include <string.h>

#define MAX_DEPTH 3 /* of the JSON in metadata */

lnt_torch_options lnt_torch_defaults(void)
{
    return (lnt_torch_options){.loss = lnt_mse(LNT_MEAN), .as_stored = true};
}

/* A tensor of the net and its tensor in the file. */
typedef struct torch_pair {
    const lnt_torch_tensor *from;
    bool is_matrix;
} torch_pair;

typedef struct torch_loader {
    lnt_torch_state_dict state_dict;
    lnt_torch_options options;
    lnt_layer *layers; /* a copy, with units and biases set */
    size_t n_layers;
    torch_pair *pairs; /* [tensors and statistics], in the order of the layers */
    size_t n_pairs;
    size_t inputs;
    json_t *loss; /* of a file of `lnt_torch_export`; NULL: from the options */
    lnt_error *error;
} torch_loader;

/* --- layers --- */

static lnt_status parse_text(const torch_loader *loader, const lnt_name_map *metadata,
                             const char *key, json_t **root)
{
    const char *text = lnt_name_map_find(metadata, key);
    if (text == NULL) {
        return LNT_OK;
    }
    const lnt_json_context place = {loader->state_dict.path, key};
    return lnt_json_parse(root, text, strlen(text), MAX_DEPTH, place, loader->error);
}

/* Reads the layers from the metadata, if the file is one of `lnt_torch_export`. */
static lnt_status layers_of_metadata(torch_loader *loader)
{
    const lnt_name_map *metadata = lnt_st_metadata(loader->state_dict.shards[0].file);
    json_t *root = NULL;
    LNT_TRY(parse_text(loader, metadata, LNT_TORCH_NET, &root));
    if (root == NULL) {
        return LNT_OK;
    }
    lnt_net_config config;
    lnt_status status =
        lnt_architecture_parse(&config, &loader->layers, root, loader->state_dict.path,
                               loader->state_dict.allocator, loader->error);
    json_decref(root);
    loader->n_layers = config.n_layers;
    return status == LNT_OK ? parse_text(loader, metadata, LNT_TORCH_LOSS, &loader->loss) : status;
}

static lnt_status copy_layers(torch_loader *loader)
{
    const lnt_torch_options *options = &loader->options;
    loader->layers =
        lnt_allocate(loader->state_dict.allocator, options->n_layers, sizeof *loader->layers);
    if (loader->layers == NULL) {
        return lnt_file_fail_memory(loader->error, loader->state_dict.path);
    }
    loader->n_layers = options->n_layers;
    for (size_t l = 0; l < options->n_layers; l++) {
        loader->layers[l] = options->layers[l];
        loader->layers[l].weight_init = loader->layers[l].bias_init = lnt_init_zeros();
        if (lnt_layer_name(&options->layers[l]) == NULL) {
            return lnt_fail(loader->error, LNT_ERR_INVALID,
                            "layer %zu: was not made by a constructor", l);
        }
    }
    return LNT_OK;
}

static lnt_status get_layers(torch_loader *loader)
{
    if (loader->options.layers != NULL) {
        return copy_layers(loader);
    }
    LNT_TRY(layers_of_metadata(loader));
    return loader->layers != NULL
               ? LNT_OK
               : lnt_torch_infer(&loader->state_dict, &loader->options, &loader->layers,
                                 &loader->n_layers, loader->error);
}

/* --- tensors for layers --- */

static bool is_float(lnt_st_dtype dtype)
{
    return dtype == LNT_ST_F32 || dtype == LNT_ST_F64 || dtype == LNT_ST_F16 ||
           dtype == LNT_ST_BF16;
}

/* The number of columns of x: from the first Linear, because layers before it do not change it, or
 * else from the first tensor. */
static size_t find_inputs(const lnt_torch_state_dict *state_dict)
{
    for (size_t i = 0; i < state_dict->n_tensors; i++) {
        const lnt_st_tensor *tensor = &state_dict->tensors[i].entry->tensor;
        if (tensor->rank == 2) {
            return tensor->shape[1];
        }
    }
    const lnt_st_tensor *first = &state_dict->tensors[0].entry->tensor;
    return first->rank > 0 ? first->shape[0] : 0;
}

static lnt_status check_shape(const torch_loader *loader, const lnt_torch_tensor *tensor,
                              const lnt_tensor_shape *needed, const lnt_layer *layer)
{
    const lnt_st_tensor *found = &tensor->entry->tensor;
    if (!is_float(found->dtype)) {
        return lnt_torch_fail(tensor, loader->error, "expected F64, F32, F16 or BF16, found %s",
                              lnt_st_dtype_name(found->dtype));
    }
    if (needed->role == LNT_ROLE_WEIGHT) {
        return found->rank == 2 && found->shape[0] == needed->cols &&
                       found->shape[1] == needed->rows
                   ? LNT_OK
                   : lnt_torch_fail(tensor, loader->error, "expected the shape [%zu, %zu]",
                                    needed->cols, needed->rows);
    }
    const bool one_slope = strcmp(lnt_layer_name(layer), "prelu") == 0;
    return found->rank == 1 &&
                   (found->shape[0] == needed->cols || (one_slope && found->shape[0] == 1))
               ? LNT_OK
               : lnt_torch_fail(tensor, loader->error, "expected the shape [%zu]", needed->cols);
}

static lnt_status match_tensors(torch_loader *loader, size_t l, const lnt_torch_module *module,
                                const lnt_tensor_shape *needed, size_t count)
{
    const lnt_layer *layer = &loader->layers[l];
    for (size_t t = 0; t < count; t++) {
        const lnt_torch_tensor *found = NULL;
        for (size_t i = 0; i < module->count && found == NULL; i++) {
            if (strcmp(lnt_torch_field_name(module->tensors[i].field), needed[t].name) == 0) {
                found = &module->tensors[i];
            }
        }
        if (found == NULL) {
            return lnt_torch_fail(&module->tensors[0], loader->error,
                                  "its module has no '%s', and layer %zu (%s) needs it",
                                  needed[t].name, l, lnt_layer_name(layer));
        }
        LNT_TRY(check_shape(loader, found, &needed[t], layer));
        loader->pairs[loader->n_pairs++] = (torch_pair){found, needed[t].role == LNT_ROLE_WEIGHT};
    }
    return LNT_OK;
}

/* Checks the remaining tensors of a module: only num_batches_tracked is allowed, and ignored. */
static lnt_status check_surplus(const torch_loader *loader, size_t l,
                                const lnt_torch_module *module, const lnt_layer_shape *shape)
{
    for (size_t i = 0; i < module->count; i++) {
        const lnt_torch_tensor *tensor = &module->tensors[i];
        const char *name = lnt_torch_field_name(tensor->field);
        bool known = tensor->field == LNT_TORCH_BATCHES && shape->n_statistics > 0 &&
                     tensor->entry->tensor.rank == 0;
        for (size_t t = 0; t < shape->n_tensors; t++) {
            known = known || strcmp(shape->tensors[t].name, name) == 0;
        }
        for (size_t t = 0; t < shape->n_statistics; t++) {
            known = known || strcmp(shape->statistics[t].name, name) == 0;
        }
        if (!known) {
            return lnt_torch_fail(tensor, loader->error, "layer %zu (%s) has no such tensor", l,
                                  lnt_layer_name(&loader->layers[l]));
        }
    }
    return LNT_OK;
}

/* Sets units and bias of a dense layer from its tensors. */
static void infer_units(lnt_layer *layer, const lnt_torch_module *module)
{
    const lnt_torch_tensor *weight = lnt_torch_field_of(module, LNT_TORCH_WEIGHT);
    if (layer->units == 0 && strcmp(lnt_layer_name(layer), "dense") == 0 && weight != NULL &&
        weight->entry->tensor.rank == 2) {
        layer->units = weight->entry->tensor.shape[0];
        layer->bias = lnt_torch_field_of(module, LNT_TORCH_BIAS) != NULL;
    }
}

static lnt_status match_layer(torch_loader *loader, size_t l, size_t *width, size_t *first)
{
    lnt_layer *layer = &loader->layers[l];
    const lnt_torch_module module = lnt_torch_module_at(&loader->state_dict, *first);
    infer_units(layer, &module);
    lnt_layer settled = *layer;
    lnt_layer_shape shape = {0};
    const lnt_status status = settled.kind->shape(&settled, *width, &shape);
    if (status != LNT_OK) {
        return lnt_file_fail(loader->error,
                             loader->options.layers != NULL ? LNT_ERR_INVALID : LNT_ERR_FORMAT,
                             loader->state_dict.path, "layer %zu (%s): %s", l,
                             lnt_layer_name(layer), lnt_status_text(status));
    }
    *width = shape.outputs;
    if (shape.n_tensors + shape.n_statistics == 0) {
        return LNT_OK;
    }
    if (module.count == 0) {
        return lnt_file_fail(loader->error, LNT_ERR_FORMAT, loader->state_dict.path,
                             "layer %zu (%s): no tensors are left for it", l,
                             lnt_layer_name(layer));
    }
    LNT_TRY(check_surplus(loader, l, &module, &shape));
    LNT_TRY(match_tensors(loader, l, &module, shape.tensors, shape.n_tensors));
    LNT_TRY(match_tensors(loader, l, &module, shape.statistics, shape.n_statistics));
    *first += module.count;
    return LNT_OK;
}

static lnt_status match_layers(torch_loader *loader)
{
    loader->pairs = lnt_allocate(loader->state_dict.allocator, loader->state_dict.n_tensors,
                                 sizeof *loader->pairs);
    if (loader->pairs == NULL) {
        return lnt_file_fail_memory(loader->error, loader->state_dict.path);
    }
    loader->inputs = find_inputs(&loader->state_dict);
    size_t width = loader->inputs, first = 0;
    for (size_t l = 0; l < loader->n_layers; l++) {
        LNT_TRY(match_layer(loader, l, &width, &first));
    }
    return first == loader->state_dict.n_tensors
               ? LNT_OK
               : lnt_torch_fail(&loader->state_dict.tensors[first], loader->error,
                                "the layers have no place for it");
}

/* --- the net --- */

static lnt_dtype choose_dtype(const torch_loader *loader)
{
    if (!loader->options.as_stored) {
        return loader->options.dtype;
    }
    for (size_t i = 0; i < loader->n_pairs; i++) {
        if (loader->pairs[i].from->entry->tensor.dtype == LNT_ST_F64) {
            return LNT_F64;
        }
    }
    return LNT_F32;
}

/* Reads the elements of a tensor into a block that the caller frees; half floats become f32. */
static lnt_status read_elements(const torch_loader *loader, const lnt_torch_tensor *tensor,
                                void **data, size_t *count)
{
    const lnt_st_entry *entry = tensor->entry;
    const size_t width = lnt_st_dtype_bits(entry->tensor.dtype) / 8;
    *count = entry->bytes / width;
    *data = lnt_allocate(loader->state_dict.allocator, *count, width > 4 ? width : 4);
    if (*data == NULL) {
        return lnt_file_fail_memory(loader->error, loader->state_dict.path);
    }
    const lnt_status status = lnt_st_read(tensor->file, entry, *data, loader->error);
    if (status != LNT_OK) {
        lnt_release(loader->state_dict.allocator, *data);
        return status;
    }
    if (width == 2) {
        lnt_widen_in_place(*data, *count,
                           entry->tensor.dtype == LNT_ST_F16 ? lnt_float_of_f16
                                                             : lnt_float_of_bf16);
    }
    return LNT_OK;
}

static lnt_status read_pair(const torch_loader *loader, const torch_pair *pair, lnt_tensor *value)
{
    void *data;
    size_t count;
    LNT_TRY(read_elements(loader, pair->from, &data, &count));
    const lnt_dtype dtype = pair->from->entry->tensor.dtype == LNT_ST_F64 ? LNT_F64 : LNT_F32;
    lnt_tensor stored = lnt_tensor_view(dtype, data, 1, value->cols);
    if (pair->is_matrix) {
        stored = lnt_tensor_view(dtype, data, value->cols, value->rows);
        stored = lnt_transpose(&stored);
    } else if (count == 1) { /* one slope for all columns */
        stored.col_stride = 0;
    }
    const lnt_status status = lnt_copy(&stored, value);
    lnt_release(loader->state_dict.allocator, data);
    if (status != LNT_OK) {
        return lnt_torch_fail(pair->from, loader->error, "%s", lnt_status_text(status));
    }
    if (loader->options.allow_nonfinite) {
        return LNT_OK;
    }
    const lnt_tensor read = pair->is_matrix ? lnt_transpose(value) : *value;
    return lnt_file_check_finite(pair->from->path, pair->from->entry->tensor.name, &read,
                                 pair->is_matrix ? 2 : 1, loader->error);
}

/* Pairs and the net's tensors have the same order, layer by layer; running statistics are counted
 * separately. */
static lnt_status read_net(const torch_loader *loader, lnt_net *net)
{
    size_t tensor = 0, statistic = 0;
    for (size_t i = 0; i < loader->n_pairs; i++) {
        lnt_parameter p;
        const lnt_torch_field field = loader->pairs[i].from->field;
        LNT_TRY(field == LNT_TORCH_RUNNING_MEAN || field == LNT_TORCH_RUNNING_VAR
                    ? lnt_net_running_stat(net, statistic++, &p)
                    : lnt_net_parameter(net, tensor++, &p));
        LNT_TRY(read_pair(loader, &loader->pairs[i], &p.value));
    }
    return LNT_OK;
}

static lnt_status make_net(const torch_loader *loader, lnt_net **net)
{
    lnt_net_config config = lnt_net_defaults();
    config.dtype = choose_dtype(loader);
    config.inputs = loader->inputs;
    config.layers = loader->layers;
    config.n_layers = loader->n_layers;
    config.allocator = loader->state_dict.allocator;
    const lnt_status status = lnt_net_create(net, &config);
    if (status == LNT_ERR_MEMORY) {
        return lnt_file_fail_memory(loader->error, loader->state_dict.path);
    }
    if (status != LNT_OK) {
        return lnt_file_fail(loader->error, LNT_ERR_FORMAT, loader->state_dict.path,
                             "no net can be made of its layers: %s", lnt_status_text(status));
    }
    return read_net(loader, *net);
}

static lnt_status set_loss(const torch_loader *loader, lnt_model *model)
{
    if (loader->loss != NULL) {
        return lnt_loss_parse(model, loader->loss, loader->state_dict.path,
                              loader->state_dict.allocator, loader->error);
    }
    const lnt_loss *loss = &loader->options.loss;
    const size_t outputs = lnt_net_outputs(model->net);
    if (lnt_loss_name(loss->kind) == NULL || lnt_loss_check(loss, outputs, NULL) != LNT_OK ||
        lnt_loss_target_cols(loss->kind, outputs) == 0) {
        const char *name = lnt_loss_name(loss->kind);
        return lnt_file_fail(loader->error, LNT_ERR_INVALID, loader->state_dict.path,
                             "the loss that was asked for, %s, does not fit %zu outputs",
                             name != NULL ? name : "?", outputs);
    }
    model->loss = *loss;
    return LNT_OK;
}

static lnt_status load_model(torch_loader *loader, lnt_model *model, const char *path,
                             const lnt_allocator *allocator)
{
    LNT_TRY(lnt_torch_state_dict_open(&loader->state_dict, path, allocator, loader->error));
    LNT_TRY(get_layers(loader));
    LNT_TRY(match_layers(loader));
    LNT_TRY(make_net(loader, &model->net));
    return set_loss(loader, model);
}

lnt_status lnt_torch_import(lnt_model *model, const char *path, const lnt_torch_options *options,
                            const lnt_allocator *allocator, lnt_error *error)
{
    if (model == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "model to import: the model is NULL");
    }
    *model = lnt_model_init();
    torch_loader loader = {.options = options != NULL ? *options : lnt_torch_defaults(),
                           .error = error};
    if (path == NULL || (loader.options.layers == NULL && loader.options.n_layers > 0)) {
        return lnt_fail(error, LNT_ERR_NULL, "model to import: the path or the layers are NULL");
    }
    if (!loader.options.as_stored && loader.options.dtype != LNT_F32 &&
        loader.options.dtype != LNT_F64) {
        return lnt_fail(error, LNT_ERR_DTYPE, "model to import: expected f32 or f64 as dtype");
    }
    const lnt_status status = load_model(&loader, model, path, allocator);
    json_decref(loader.loss);
    lnt_release(allocator, loader.pairs);
    lnt_release(allocator, loader.layers);
    lnt_torch_state_dict_close(&loader.state_dict);
    if (status != LNT_OK) {
        lnt_model_finish(model);
    }
    return status;
}
