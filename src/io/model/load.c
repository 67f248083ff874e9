/* SPDX-License-Identifier: MIT */
#include "base/files/file_error.h"
#include "io/model/architecture.h"
#include "io/model/loader.h"
#include "io/model/text.h"
#include "layers/layer.h"

#include <stdio.h>
#include <string.h>

/* --- net --- */

/* Finds the tensors of a layer in the file, before memory is allocated for them. */
static lnt_status check_shapes(const lnt_model_loader *loader, const lnt_net_config *config,
                               size_t l, const lnt_tensor_shape *tensors, size_t count,
                               size_t *n_tensors)
{
    for (size_t t = 0; t < count; t++) {
        lnt_parameter p;
        (void) snprintf(p.name, sizeof p.name, "layers.%zu.%s", l, tensors[t].name);
        size_t shape[2];
        const size_t rank =
            lnt_model_shape(tensors[t].role, tensors[t].rows, tensors[t].cols, shape);
        const lnt_st_entry *entry;
        LNT_TRY(lnt_model_loader_tensor(loader, p.name, lnt_model_dtype(config->dtype), rank, shape,
                                        &entry));
        ++*n_tensors;
    }
    return LNT_OK;
}

static lnt_status check_layer(const lnt_model_loader *loader, const lnt_net_config *config,
                              size_t l, size_t *width, size_t *n_tensors)
{
    lnt_layer_shape layer = {0};
    lnt_layer settled = config->layers[l];
    const lnt_status status = settled.kind->shape(&settled, *width, &layer);
    if (status != LNT_OK) {
        return lnt_file_fail(loader->error, LNT_ERR_FORMAT, loader->path, "layer %zu (%s): %s", l,
                             lnt_layer_name(&config->layers[l]), lnt_status_text(status));
    }
    LNT_TRY(check_shapes(loader, config, l, layer.tensors, layer.n_tensors, n_tensors));
    LNT_TRY(check_shapes(loader, config, l, layer.statistics, layer.n_statistics, n_tensors));
    *width = layer.outputs;
    return LNT_OK;
}

static lnt_status check_tensors(const lnt_model_loader *loader, const lnt_net_config *config)
{
    static const char *const scalers[] = {LNT_INPUT_OFFSET, LNT_INPUT_SCALE, LNT_TARGET_OFFSET,
                                          LNT_TARGET_SCALE};
    size_t width = config->inputs, n_tensors = 0;
    for (size_t l = 0; l < config->n_layers; l++) {
        LNT_TRY(check_layer(loader, config, l, &width, &n_tensors));
    }
    for (size_t i = 0; i < sizeof scalers / sizeof scalers[0]; i++) {
        n_tensors += lnt_model_loader_find(loader, scalers[i]) != NULL;
    }
    n_tensors += lnt_model_loader_laplace_tensors(loader, config);
    if (loader->archive->count != n_tensors || loader->checksums.count != n_tensors) {
        return lnt_file_fail(loader->error, LNT_ERR_FORMAT, loader->path,
                             "expected %zu tensors, found %zu with %zu checksums", n_tensors,
                             loader->archive->count, loader->checksums.count);
    }
    return LNT_OK;
}

static lnt_status read_parameters(const lnt_model_loader *loader, lnt_net *net)
{
    for (size_t i = 0; i < lnt_net_n_parameter_tensors(net); i++) {
        lnt_parameter p;
        LNT_TRY(lnt_net_parameter(net, i, &p));
        LNT_TRY(lnt_model_loader_read(loader, lnt_model_loader_find(loader, p.name), p.value.data));
    }
    for (size_t i = 0; i < lnt_net_n_running_stats(net); i++) {
        lnt_parameter p;
        LNT_TRY(lnt_net_running_stat(net, i, &p));
        LNT_TRY(lnt_model_loader_read(loader, lnt_model_loader_find(loader, p.name), p.value.data));
    }
    return LNT_OK;
}

static lnt_status make_net(const lnt_model_loader *loader, const lnt_net_config *config,
                           lnt_net **net)
{
    LNT_TRY(check_tensors(loader, config));
    lnt_status status = lnt_net_create(net, config);
    if (status == LNT_ERR_MEMORY) {
        return lnt_file_fail_memory(loader->error, loader->path);
    }
    if (status != LNT_OK) {
        return lnt_file_fail(loader->error, LNT_ERR_FORMAT, loader->path,
                             "no net can be made of its layers: %s", lnt_status_text(status));
    }
    status = read_parameters(loader, *net);
    if (status != LNT_OK) {
        lnt_net_destroy(*net);
        *net = NULL;
    }
    return status;
}

static lnt_status load_net(const lnt_model_loader *loader, lnt_net **net)
{
    json_t *root = NULL;
    LNT_TRY(lnt_model_loader_parse(loader, LNT_KEY_NET, &root));
    lnt_net_config config;
    lnt_layer *layers = NULL;
    lnt_status status = lnt_architecture_parse(&config, &layers, root, loader->path,
                                               loader->allocator, loader->error);
    if (status == LNT_OK) {
        status = make_net(loader, &config, net);
    }
    lnt_release(loader->allocator, layers);
    json_decref(root);
    return status;
}

/* --- the rest of a model --- */

static lnt_status read_scaler(const lnt_model_loader *loader, const lnt_st_entry *offset,
                              const lnt_st_entry *scale, double *numbers, lnt_scaler **scaler)
{
    const size_t cols = offset->tensor.shape[0];
    LNT_TRY(lnt_model_loader_read(loader, offset, numbers));
    LNT_TRY(lnt_model_loader_read(loader, scale, numbers + cols));
    const lnt_status status =
        lnt_scaler_create(scaler, cols, numbers, numbers + cols, loader->allocator);
    if (status == LNT_ERR_MEMORY) {
        return lnt_file_fail_memory(loader->error, loader->path);
    }
    return status == LNT_OK
               ? LNT_OK
               : lnt_model_loader_fail(loader, scale->tensor.name,
                                       "expected finite numbers, and none that is 0 as scale");
}

static lnt_status load_scaler(const lnt_model_loader *loader, const char *offset_name,
                              const char *scale_name, size_t cols, lnt_scaler **scaler)
{
    if (lnt_model_loader_find(loader, offset_name) == NULL &&
        lnt_model_loader_find(loader, scale_name) == NULL) {
        return LNT_OK;
    }
    const lnt_st_entry *offset, *scale;
    LNT_TRY(lnt_model_loader_tensor(loader, offset_name, LNT_ST_F64, 1, &cols, &offset));
    LNT_TRY(lnt_model_loader_tensor(loader, scale_name, LNT_ST_F64, 1, &cols, &scale));
    double *numbers = lnt_allocate(loader->allocator, cols, 2 * sizeof *numbers);
    if (numbers == NULL) {
        return lnt_file_fail_memory(loader->error, loader->path);
    }
    const lnt_status status = read_scaler(loader, offset, scale, numbers, scaler);
    lnt_release(loader->allocator, numbers);
    return status;
}

/* `also` is a second valid count; 0: none. */
static lnt_status load_names(const lnt_model_loader *loader, lnt_model_key key, size_t expected,
                             size_t also, lnt_names **names)
{
    json_t *root;
    LNT_TRY(lnt_model_loader_parse(loader, key, &root));
    if (root == NULL) {
        return LNT_OK;
    }
    const size_t count = json_array_size(root);
    lnt_status status;
    if (count != expected && (also == 0 || count != also)) {
        status = lnt_file_fail(loader->error, LNT_ERR_FORMAT, loader->path,
                               "%s: expected %zu names, found %zu", lnt_model_key_name(key),
                               expected, count);
    } else {
        status = lnt_names_parse(names, root, loader->path, loader->allocator, loader->error);
    }
    json_decref(root);
    return status;
}

static lnt_status load_descriptions(const lnt_model_loader *loader, lnt_model *model)
{
    json_t *loss = NULL, *record = NULL;
    lnt_status status = lnt_model_loader_parse(loader, LNT_KEY_LOSS, &loss);
    if (status == LNT_OK) {
        status = lnt_model_loader_parse(loader, LNT_KEY_TRAINING_SUMMARY, &record);
    }
    if (status == LNT_OK) {
        status = lnt_loss_parse(model, loss, loader->path, loader->allocator, loader->error);
    }
    if (status == LNT_OK) {
        status = lnt_training_summary_parse(&model->record, record, loader->path, loader->error);
    }
    json_decref(loss);
    json_decref(record);
    return status;
}

static lnt_status load_model(const lnt_model_loader *loader, lnt_model *model)
{
    LNT_TRY(load_net(loader, &model->net));
    LNT_TRY(load_descriptions(loader, model));
    const size_t inputs = lnt_net_inputs(model->net), outputs = lnt_net_outputs(model->net);
    const lnt_loss_kind loss = model->loss.kind;
    const size_t labels = lnt_loss_is_classification(loss) ? 1 : 0;
    const size_t targets = lnt_loss_target_cols(loss, outputs);
    const size_t classes = lnt_loss_classes(loss, outputs);
    LNT_TRY(load_scaler(loader, LNT_INPUT_OFFSET, LNT_INPUT_SCALE, inputs, &model->input_scaler));
    LNT_TRY(
        load_scaler(loader, LNT_TARGET_OFFSET, LNT_TARGET_SCALE, targets, &model->target_scaler));
    LNT_TRY(lnt_model_loader_laplace(loader, model));
    LNT_TRY(load_names(loader, LNT_KEY_INPUT_NAMES, inputs, 0, &model->input_names));
    LNT_TRY(load_names(loader, LNT_KEY_TARGET_NAMES, targets, labels, &model->target_names));
    return load_names(loader, LNT_KEY_CLASS_NAMES, classes > 0 ? classes : outputs, 0,
                      &model->class_names);
}

/* --- public --- */

static const lnt_st_entry *find_in_file(void *file, const char *name)
{
    return lnt_st_find(file, name);
}

static lnt_status read_from_file(void *file, const lnt_st_entry *entry, void *data,
                                 lnt_error *error)
{
    return lnt_st_read(file, entry, data, error);
}

static lnt_status open_archive(lnt_model_loader *loader)
{
    loader->metadata = loader->archive->metadata;
    LNT_TRY(lnt_model_loader_check(loader));
    LNT_TRY(lnt_model_loader_laplace_info(loader));

    const char *sums = lnt_model_value(loader->metadata, LNT_KEY_CHECKSUMS);
    const lnt_json_context source = {loader->path, lnt_model_key_name(LNT_KEY_CHECKSUMS)};
    return lnt_name_map_parse(&loader->checksums, sums, strlen(sums), source, loader->allocator,
                              loader->error);
}

lnt_status lnt_model_load_archive(lnt_model *model, const lnt_model_archive *archive,
                                  const lnt_allocator *allocator, lnt_error *error)
{
    *model = lnt_model_init();
    lnt_model_loader loader = {
        .path = archive->path, .allocator = allocator, .error = error, .archive = archive};
    lnt_status status = open_archive(&loader);
    if (status == LNT_OK) {
        status = load_model(&loader, model);
    }
    lnt_name_map_clear(&loader.checksums, allocator);
    if (status != LNT_OK) {
        lnt_model_finish(model);
    }
    return status;
}

/* Opens a file as an archive; the caller closes it. */
static lnt_status open_file(lnt_st_file **file, lnt_model_archive *archive, const char *path,
                            const lnt_allocator *allocator, lnt_error *error)
{
    LNT_TRY(lnt_st_open(file, path, allocator, error));
    *archive = (lnt_model_archive){.path = path,
                                   .context = *file,
                                   .metadata = lnt_name_map_texts(lnt_st_metadata(*file)),
                                   .count = lnt_st_count(*file),
                                   .find = find_in_file,
                                   .read = read_from_file};
    return LNT_OK;
}

lnt_status lnt_model_load_file(lnt_model *model, const char *path, bool allow_nonfinite,
                               const lnt_allocator *allocator, lnt_error *error)
{
    if (model == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "model to load: the model is NULL");
    }
    *model = lnt_model_init();
    if (path == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "model to load: the path is NULL");
    }
    lnt_st_file *file;
    lnt_model_archive archive;
    LNT_TRY(open_file(&file, &archive, path, allocator, error));
    archive.allow_nonfinite = allow_nonfinite;
    const lnt_status status = lnt_model_load_archive(model, &archive, allocator, error);
    lnt_st_close(file);
    return status;
}

lnt_status lnt_model_load(lnt_model *model, const char *path, const lnt_allocator *allocator,
                          lnt_error *error)
{
    return lnt_model_load_file(model, path, false, allocator, error);
}

lnt_status lnt_net_load(lnt_net **net, const char *path, const lnt_allocator *allocator,
                        lnt_error *error)
{
    if (net == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "net to load: the net is NULL");
    }
    *net = NULL;
    if (path == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "net to load: the path is NULL");
    }
    lnt_st_file *file;
    lnt_model_archive archive;
    LNT_TRY(open_file(&file, &archive, path, allocator, error));
    lnt_model_loader loader = {
        .path = path, .allocator = allocator, .error = error, .archive = &archive};
    lnt_status status = open_archive(&loader);
    if (status == LNT_OK) {
        status = load_net(&loader, net);
    }
    lnt_name_map_clear(&loader.checksums, allocator);
    lnt_st_close(file);
    return status;
}
