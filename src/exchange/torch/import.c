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

/* A tensor of the net and where it comes from. */
typedef struct torch_pair {
    const lnt_torch_tensor *from;
    bool is_matrix;
} torch_pair;

typedef struct torch_loader {
    lnt_torch_state_dict source;
    lnt_torch_options options;
    lnt_layer *layers; /* a copy, with units and biases put in */
    size_t n_layers;
    torch_pair *pairs; /* [tensors and statistics], in the order of the layers */
    size_t n_pairs;
    size_t inputs;
    json_t *loss; /* of a file of our own; NULL: as the options say */
    lnt_error *error;
} torch_loader;

/* --- layers --- */

static lnt_status parse_text(const torch_loader *load, const lnt_name_map *metadata,
                             const char *key, json_t **root)
{
    const char *text = lnt_name_map_find(metadata, key);
    if (text == NULL) {
        return LNT_OK;
    }
    const lnt_json_context place = {load->source.path, key};
    return lnt_json_parse(root, text, strlen(text), MAX_DEPTH, place, load->error);
}

/* Those that the export wrote down, if the file is one of ours. */
static lnt_status layers_of_metadata(torch_loader *load)
{
    const lnt_name_map *metadata = lnt_st_metadata(load->source.shards[0].file);
    json_t *root = NULL;
    LNT_TRY(parse_text(load, metadata, LNT_TORCH_NET, &root));
    if (root == NULL) {
        return LNT_OK;
    }
    lnt_net_config config;
    lnt_status status = lnt_architecture_parse(&config, &load->layers, root, load->source.path,
                                               load->source.allocator, load->error);
    json_decref(root);
    load->n_layers = config.n_layers;
    return status == LNT_OK ? parse_text(load, metadata, LNT_TORCH_LOSS, &load->loss) : status;
}

static lnt_status copy_layers(torch_loader *load)
{
    const lnt_torch_options *options = &load->options;
    load->layers = lnt_allocate(load->source.allocator, options->n_layers, sizeof *load->layers);
    if (load->layers == NULL) {
        return lnt_file_fail_memory(load->error, load->source.path);
    }
    load->n_layers = options->n_layers;
    for (size_t l = 0; l < options->n_layers; l++) {
        load->layers[l] = options->layers[l];
        load->layers[l].weight_init = load->layers[l].bias_init = lnt_init_zeros();
        if (lnt_layer_name(&options->layers[l]) == NULL) {
            return lnt_fail(load->error, LNT_ERR_INVALID,
                            "layer %zu: was not made by a constructor", l);
        }
    }
    return LNT_OK;
}

static lnt_status get_layers(torch_loader *load)
{
    if (load->options.layers != NULL) {
        return copy_layers(load);
    }
    LNT_TRY(layers_of_metadata(load));
    return load->layers != NULL ? LNT_OK
                                : lnt_torch_infer(&load->source, &load->options, &load->layers,
                                                  &load->n_layers, load->error);
}

/* --- tensors for layers --- */

static bool is_float(lnt_st_dtype dtype)
{
    return dtype == LNT_ST_F32 || dtype == LNT_ST_F64 || dtype == LNT_ST_F16 ||
           dtype == LNT_ST_BF16;
}

/* Columns of x: of the first Linear, before which no layer changes them, or of the first tensor. */
static size_t find_inputs(const lnt_torch_state_dict *source)
{
    for (size_t i = 0; i < source->n_tensors; i++) {
        const lnt_st_tensor *tensor = &source->tensors[i].entry->tensor;
        if (tensor->rank == 2) {
            return tensor->shape[1];
        }
    }
    const lnt_st_tensor *first = &source->tensors[0].entry->tensor;
    return first->rank > 0 ? first->shape[0] : 0;
}

static lnt_status check_shape(const torch_loader *load, const lnt_torch_tensor *tensor,
                              const lnt_tensor_shape *needed, const lnt_layer *layer)
{
    const lnt_st_tensor *found = &tensor->entry->tensor;
    if (!is_float(found->dtype)) {
        return lnt_torch_fail(tensor, load->error, "expected F64, F32, F16 or BF16, found %s",
                              lnt_st_dtype_name(found->dtype));
    }
    if (needed->role == LNT_ROLE_WEIGHT) {
        return found->rank == 2 && found->shape[0] == needed->cols &&
                       found->shape[1] == needed->rows
                   ? LNT_OK
                   : lnt_torch_fail(tensor, load->error, "expected the shape [%zu, %zu]",
                                    needed->cols, needed->rows);
    }
    const bool one_slope = strcmp(lnt_layer_name(layer), "prelu") == 0;
    return found->rank == 1 &&
                   (found->shape[0] == needed->cols || (one_slope && found->shape[0] == 1))
               ? LNT_OK
               : lnt_torch_fail(tensor, load->error, "expected the shape [%zu]", needed->cols);
}

static lnt_status match_tensors(torch_loader *load, size_t l, const lnt_torch_module *module,
                                const lnt_tensor_shape *needed, size_t count)
{
    const lnt_layer *layer = &load->layers[l];
    for (size_t t = 0; t < count; t++) {
        const lnt_torch_tensor *found = NULL;
        for (size_t i = 0; i < module->count && found == NULL; i++) {
            if (strcmp(lnt_torch_field_name(module->tensors[i].field), needed[t].name) == 0) {
                found = &module->tensors[i];
            }
        }
        if (found == NULL) {
            return lnt_torch_fail(&module->tensors[0], load->error,
                                  "its module has no '%s', and layer %zu (%s) needs it",
                                  needed[t].name, l, lnt_layer_name(layer));
        }
        LNT_TRY(check_shape(load, found, &needed[t], layer));
        load->pairs[load->n_pairs++] = (torch_pair){found, needed[t].role == LNT_ROLE_WEIGHT};
    }
    return LNT_OK;
}

/* What is left of a module: the count of batches, which is not kept, or nothing. */
static lnt_status check_surplus(const torch_loader *load, size_t l, const lnt_torch_module *module,
                                const lnt_layer_shape *shape)
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
            return lnt_torch_fail(tensor, load->error, "layer %zu (%s) has no such tensor", l,
                                  lnt_layer_name(&load->layers[l]));
        }
    }
    return LNT_OK;
}

/* Units and bias of a dense layer that leaves them to its tensors. */
static void settle_units(lnt_layer *layer, const lnt_torch_module *module)
{
    const lnt_torch_tensor *weight = lnt_torch_field_of(module, LNT_TORCH_WEIGHT);
    if (layer->units == 0 && strcmp(lnt_layer_name(layer), "dense") == 0 && weight != NULL &&
        weight->entry->tensor.rank == 2) {
        layer->units = weight->entry->tensor.shape[0];
        layer->bias = lnt_torch_field_of(module, LNT_TORCH_BIAS) != NULL;
    }
}

static lnt_status match_layer(torch_loader *load, size_t l, size_t *width, size_t *first)
{
    lnt_layer *layer = &load->layers[l];
    const lnt_torch_module module = lnt_torch_module_at(&load->source, *first);
    settle_units(layer, &module);
    lnt_layer settled = *layer;
    lnt_layer_shape shape = {0};
    const lnt_status status = settled.kind->shape(&settled, *width, &shape);
    if (status != LNT_OK) {
        return lnt_file_fail(load->error,
                             load->options.layers != NULL ? LNT_ERR_INVALID : LNT_ERR_FORMAT,
                             load->source.path, "layer %zu (%s): %s", l, lnt_layer_name(layer),
                             lnt_status_text(status));
    }
    *width = shape.outputs;
    if (shape.n_tensors + shape.n_statistics == 0) {
        return LNT_OK;
    }
    if (module.count == 0) {
        return lnt_file_fail(load->error, LNT_ERR_FORMAT, load->source.path,
                             "layer %zu (%s): no tensors are left for it", l,
                             lnt_layer_name(layer));
    }
    LNT_TRY(check_surplus(load, l, &module, &shape));
    LNT_TRY(match_tensors(load, l, &module, shape.tensors, shape.n_tensors));
    LNT_TRY(match_tensors(load, l, &module, shape.statistics, shape.n_statistics));
    *first += module.count;
    return LNT_OK;
}

static lnt_status match_layers(torch_loader *load)
{
    load->pairs = lnt_allocate(load->source.allocator, load->source.n_tensors, sizeof *load->pairs);
    if (load->pairs == NULL) {
        return lnt_file_fail_memory(load->error, load->source.path);
    }
    load->inputs = find_inputs(&load->source);
    size_t width = load->inputs, first = 0;
    for (size_t l = 0; l < load->n_layers; l++) {
        LNT_TRY(match_layer(load, l, &width, &first));
    }
    return first == load->source.n_tensors
               ? LNT_OK
               : lnt_torch_fail(&load->source.tensors[first], load->error,
                                "the layers have no place for it");
}

/* --- the net --- */

static lnt_dtype choose_dtype(const torch_loader *load)
{
    if (!load->options.as_stored) {
        return load->options.dtype;
    }
    for (size_t i = 0; i < load->n_pairs; i++) {
        if (load->pairs[i].from->entry->tensor.dtype == LNT_ST_F64) {
            return LNT_F64;
        }
    }
    return LNT_F32;
}

/* The elements of a tensor, in a block for the caller: half floats become f32. */
static lnt_status read_elements(const torch_loader *load, const lnt_torch_tensor *tensor,
                                void **data, size_t *count)
{
    const lnt_st_entry *entry = tensor->entry;
    const size_t width = lnt_st_dtype_bits(entry->tensor.dtype) / 8;
    *count = entry->bytes / width;
    *data = lnt_allocate(load->source.allocator, *count, width > 4 ? width : 4);
    if (*data == NULL) {
        return lnt_file_fail_memory(load->error, load->source.path);
    }
    const lnt_status status = lnt_st_read(tensor->file, entry, *data, load->error);
    if (status != LNT_OK) {
        lnt_release(load->source.allocator, *data);
        return status;
    }
    if (width == 2) {
        lnt_widen_in_place(*data, *count,
                  entry->tensor.dtype == LNT_ST_F16 ? lnt_float_of_f16 : lnt_float_of_bf16);
    }
    return LNT_OK;
}

static lnt_status read_pair(const torch_loader *load, const torch_pair *pair, lnt_tensor *value)
{
    void *data;
    size_t count;
    LNT_TRY(read_elements(load, pair->from, &data, &count));
    const lnt_dtype dtype = pair->from->entry->tensor.dtype == LNT_ST_F64 ? LNT_F64 : LNT_F32;
    lnt_tensor stored = lnt_tensor_view(dtype, data, 1, value->cols);
    if (pair->is_matrix) {
        stored = lnt_tensor_view(dtype, data, value->cols, value->rows);
        stored = lnt_transpose(&stored);
    } else if (count == 1) { /* one slope for all columns */
        stored.col_stride = 0;
    }
    const lnt_status status = lnt_copy(&stored, value);
    lnt_release(load->source.allocator, data);
    if (status != LNT_OK) {
        return lnt_torch_fail(pair->from, load->error, "%s", lnt_status_text(status));
    }
    if (load->options.allow_nonfinite) {
        return LNT_OK;
    }
    const lnt_tensor read = pair->is_matrix ? lnt_transpose(value) : *value;
    return lnt_file_check_finite(pair->from->path, pair->from->entry->tensor.name, &read,
                                 pair->is_matrix ? 2 : 1, load->error);
}

/* Pairs and the net's tensors have one order, layer by layer; statistics are counted apart. */
static lnt_status read_net(const torch_loader *load, lnt_net *net)
{
    size_t tensor = 0, statistic = 0;
    for (size_t i = 0; i < load->n_pairs; i++) {
        lnt_parameter p;
        const lnt_torch_field field = load->pairs[i].from->field;
        LNT_TRY(field == LNT_TORCH_RUNNING_MEAN || field == LNT_TORCH_RUNNING_VAR
                    ? lnt_net_running_stat(net, statistic++, &p)
                    : lnt_net_parameter(net, tensor++, &p));
        LNT_TRY(read_pair(load, &load->pairs[i], &p.value));
    }
    return LNT_OK;
}

static lnt_status make_net(const torch_loader *load, lnt_net **net)
{
    lnt_net_config config = lnt_net_defaults();
    config.dtype = choose_dtype(load);
    config.inputs = load->inputs;
    config.layers = load->layers;
    config.n_layers = load->n_layers;
    config.allocator = load->source.allocator;
    const lnt_status status = lnt_net_create(net, &config);
    if (status == LNT_ERR_MEMORY) {
        return lnt_file_fail_memory(load->error, load->source.path);
    }
    if (status != LNT_OK) {
        return lnt_file_fail(load->error, LNT_ERR_FORMAT, load->source.path,
                             "no net can be made of its layers: %s", lnt_status_text(status));
    }
    return read_net(load, *net);
}

static lnt_status set_loss(const torch_loader *load, lnt_model *model)
{
    if (load->loss != NULL) {
        return lnt_loss_parse(model, load->loss, load->source.path, load->source.allocator,
                              load->error);
    }
    const lnt_loss *loss = &load->options.loss;
    const size_t outputs = lnt_net_outputs(model->net);
    if (lnt_loss_name(loss->kind) == NULL || lnt_loss_check(loss, outputs, NULL) != LNT_OK ||
        lnt_loss_target_cols(loss->kind, outputs) == 0) {
        const char *name = lnt_loss_name(loss->kind);
        return lnt_file_fail(load->error, LNT_ERR_INVALID, load->source.path,
                             "the loss that was asked for, %s, does not fit %zu outputs",
                             name != NULL ? name : "?", outputs);
    }
    model->loss = *loss;
    return LNT_OK;
}

static lnt_status load_model(torch_loader *load, lnt_model *model, const char *path,
                             const lnt_allocator *allocator)
{
    LNT_TRY(lnt_torch_state_dict_open(&load->source, path, allocator, load->error));
    LNT_TRY(get_layers(load));
    LNT_TRY(match_layers(load));
    LNT_TRY(make_net(load, &model->net));
    return set_loss(load, model);
}

lnt_status lnt_torch_import(lnt_model *model, const char *path, const lnt_torch_options *options,
                            const lnt_allocator *allocator, lnt_error *error)
{
    if (model == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "model to import: the model is NULL");
    }
    *model = lnt_model_init();
    torch_loader load = {.options = options != NULL ? *options : lnt_torch_defaults(),
                         .error = error};
    if (path == NULL || (load.options.layers == NULL && load.options.n_layers > 0)) {
        return lnt_fail(error, LNT_ERR_NULL, "model to import: the path or the layers are NULL");
    }
    if (!load.options.as_stored && load.options.dtype != LNT_F32 && load.options.dtype != LNT_F64) {
        return lnt_fail(error, LNT_ERR_DTYPE, "model to import: expected f32 or f64 as dtype");
    }
    const lnt_status status = load_model(&load, model, path, allocator);
    json_decref(load.loss);
    lnt_release(allocator, load.pairs);
    lnt_release(allocator, load.layers);
    lnt_torch_state_dict_close(&load.source);
    if (status != LNT_OK) {
        lnt_model_finish(model);
    }
    return status;
}
