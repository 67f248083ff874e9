/* SPDX-License-Identifier: MIT */
#include "io/architecture.h"
#include "io/model_file.h"
#include "io/model_text.h"
#include "io/report.h"
#include "layers/layer.h"

#include <linnet/build.h>
#include <stdio.h>
#include <string.h>

#define MAX_DEPTH 3 /* of the JSON in metadata: net, layers, layer */

typedef struct loader {
    const char *path;
    const lnt_allocator *allocator;
    lnt_error *error;
    const lnt_model_archive *archive;
    const json_t *metadata;
    json_t *checksums; /* tensor name to sum */
} loader;

static const lnt_st_entry *find(const loader *load, const char *name)
{
    return load->archive->find(load->archive->context, name);
}

/* --- metadata --- */

/* Parses the JSON text of a key; *root is NULL if the key is not there. */
static lnt_status parse_value(const loader *load, lnt_model_key key, json_t **root)
{
    *root = NULL;
    const char *text = lnt_model_value(load->metadata, key);
    if (text == NULL) {
        return LNT_OK;
    }
    const lnt_json_source source = {load->path, lnt_model_key_name(key)};
    return lnt_json_parse(root, text, strlen(text), MAX_DEPTH, source, load->error);
}

static lnt_status check_format(const loader *load)
{
    const char *format = lnt_model_value(load->metadata, LNT_KEY_FORMAT);
    if (format == NULL) {
        return lnt_file_fail(load->error, LNT_ERR_FORMAT, load->path,
                             "a safetensors file, but not a linnet model: its metadata has no '%s'",
                             lnt_model_key_name(LNT_KEY_FORMAT));
    }
    if (strcmp(format, LNT_MODEL_FORMAT) != 0) {
        const char *version = lnt_model_value(load->metadata, LNT_KEY_VERSION);
        return lnt_file_fail(load->error, LNT_ERR_FORMAT, load->path,
                             "made by linnet %s, in format %s; this library, linnet %s, reads "
                             "format " LNT_MODEL_FORMAT,
                             lnt_excerpt_of(version != NULL ? version : "?").text,
                             lnt_excerpt_of(format).text, lnt_version());
    }
    return LNT_OK;
}

static lnt_status check_metadata(const loader *load)
{
    LNT_TRY(check_format(load));
    static const lnt_model_key required[] = {LNT_KEY_VERSION, LNT_KEY_NET,       LNT_KEY_LOSS,
                                             LNT_KEY_RECORD,  LNT_KEY_CHECKSUMS, LNT_KEY_CHECKSUM};
    for (size_t i = 0; i < sizeof required / sizeof required[0]; i++) {
        if (lnt_model_value(load->metadata, required[i]) == NULL) {
            return lnt_file_fail(load->error, LNT_ERR_FORMAT, load->path,
                                 "its metadata has no '%s'", lnt_model_key_name(required[i]));
        }
    }
    lnt_checksum sum;
    if (lnt_model_metadata_checksum(load->metadata, &sum) != LNT_OK) {
        return lnt_file_fail_memory(load->error, load->path);
    }
    if (strcmp(sum.text, lnt_model_value(load->metadata, LNT_KEY_CHECKSUM)) != 0) {
        return lnt_file_fail(load->error, LNT_ERR_FORMAT, load->path,
                             "its metadata was altered: the checksum does not match");
    }
    return LNT_OK;
}

/* --- tensors --- */

static lnt_status fail_tensor(const loader *load, const char *name, const char *sentence)
{
    return lnt_file_fail(load->error, LNT_ERR_FORMAT, load->path, "tensor '%s': %s",
                         lnt_excerpt_of(name).text, sentence);
}

/* The entry of that name, found to be as expected. */
static lnt_status find_tensor(const loader *load, const char *name, lnt_st_dtype dtype, size_t rank,
                              const size_t *shape, const lnt_st_entry **entry)
{
    *entry = find(load, name);
    if (*entry == NULL) {
        return fail_tensor(load, name, "is not there, and the layers need it");
    }
    const lnt_st_tensor *tensor = &(*entry)->tensor;
    if (tensor->dtype != dtype) {
        return lnt_file_fail(load->error, LNT_ERR_FORMAT, load->path,
                             "tensor '%s': expected dtype %s, found %s", name,
                             lnt_st_dtype_name(dtype), lnt_st_dtype_name(tensor->dtype));
    }
    if (tensor->rank != rank || memcmp(tensor->shape, shape, rank * sizeof *shape) != 0) {
        return fail_tensor(load, name, "its shape is not the one that the layers need");
    }
    return LNT_OK;
}

static lnt_status read_tensor(const loader *load, const lnt_st_entry *entry, void *data)
{
    const char *name = entry->tensor.name;
    const char *expected = json_string_value(json_object_get(load->checksums, name));
    if (expected == NULL) {
        return fail_tensor(load, name, "has no checksum");
    }
    LNT_TRY(load->archive->read(load->archive->context, entry, data, load->error));
    const lnt_checksum_part part = {data, entry->bytes, lnt_st_dtype_word(entry->tensor.dtype)};
    lnt_checksum sum;
    if (lnt_checksum_of(&part, 1, &sum) != LNT_OK) {
        return lnt_file_fail_memory(load->error, load->path);
    }
    return strcmp(sum.text, expected) == 0
               ? LNT_OK
               : fail_tensor(load, name, "was altered: its checksum does not match");
}

/* --- net --- */

/* Finds tensors of a layer in the file, so that nothing is allocated for a false claim. */
static lnt_status check_shapes(const loader *load, const lnt_net_config *config, size_t l,
                               const lnt_tensor_shape *tensors, size_t count, size_t *n_tensors)
{
    for (size_t t = 0; t < count; t++) {
        lnt_parameter p;
        (void) snprintf(p.name, sizeof p.name, "layers.%zu.%s", l, tensors[t].name);
        size_t shape[2];
        const size_t rank =
            lnt_model_shape(tensors[t].role, tensors[t].rows, tensors[t].cols, shape);
        const lnt_st_entry *entry;
        LNT_TRY(find_tensor(load, p.name, lnt_model_dtype(config->dtype), rank, shape, &entry));
        ++*n_tensors;
    }
    return LNT_OK;
}

static lnt_status check_layer(const loader *load, const lnt_net_config *config, size_t l,
                              size_t *width, size_t *n_tensors)
{
    lnt_layer_shape layer = {0};
    lnt_layer settled = config->layers[l];
    const lnt_status status = settled.kind->shape(&settled, *width, &layer);
    if (status != LNT_OK) {
        return lnt_file_fail(load->error, LNT_ERR_FORMAT, load->path, "layer %zu (%s): %s", l,
                             lnt_layer_name(&config->layers[l]), lnt_status_text(status));
    }
    LNT_TRY(check_shapes(load, config, l, layer.tensors, layer.n_tensors, n_tensors));
    LNT_TRY(check_shapes(load, config, l, layer.statistics, layer.n_statistics, n_tensors));
    *width = layer.outputs;
    return LNT_OK;
}

static lnt_status check_tensors(const loader *load, const lnt_net_config *config)
{
    static const char *const scalers[] = {LNT_INPUT_OFFSET, LNT_INPUT_SCALE, LNT_TARGET_OFFSET,
                                          LNT_TARGET_SCALE};
    size_t width = config->inputs, n_tensors = 0;
    for (size_t l = 0; l < config->n_layers; l++) {
        LNT_TRY(check_layer(load, config, l, &width, &n_tensors));
    }
    for (size_t i = 0; i < sizeof scalers / sizeof scalers[0]; i++) {
        n_tensors += find(load, scalers[i]) != NULL;
    }
    if (load->archive->count != n_tensors || json_object_size(load->checksums) != n_tensors) {
        return lnt_file_fail(load->error, LNT_ERR_FORMAT, load->path,
                             "expected %zu tensors, found %zu with %zu checksums", n_tensors,
                             load->archive->count, json_object_size(load->checksums));
    }
    return LNT_OK;
}

static lnt_status read_parameters(const loader *load, lnt_net *net)
{
    for (size_t i = 0; i < lnt_net_n_tensors(net); i++) {
        lnt_parameter p;
        LNT_TRY(lnt_net_tensor(net, i, &p));
        LNT_TRY(read_tensor(load, find(load, p.name), p.value.data));
    }
    for (size_t i = 0; i < lnt_net_n_statistics(net); i++) {
        lnt_parameter p;
        LNT_TRY(lnt_net_statistic(net, i, &p));
        LNT_TRY(read_tensor(load, find(load, p.name), p.value.data));
    }
    return LNT_OK;
}

static lnt_status make_net(const loader *load, const lnt_net_config *config, lnt_net **net)
{
    LNT_TRY(check_tensors(load, config));
    lnt_status status = lnt_net_create(net, config);
    if (status == LNT_ERR_MEMORY) {
        return lnt_file_fail_memory(load->error, load->path);
    }
    if (status != LNT_OK) {
        return lnt_file_fail(load->error, LNT_ERR_FORMAT, load->path,
                             "no net can be made of its layers: %s", lnt_status_text(status));
    }
    status = read_parameters(load, *net);
    if (status != LNT_OK) {
        lnt_net_destroy(*net);
        *net = NULL;
    }
    return status;
}

static lnt_status load_net(const loader *load, lnt_net **net)
{
    json_t *root = NULL;
    LNT_TRY(parse_value(load, LNT_KEY_NET, &root));
    lnt_net_config config;
    lnt_layer *layers = NULL;
    lnt_status status =
        lnt_architecture_parse(&config, &layers, root, load->path, load->allocator, load->error);
    if (status == LNT_OK) {
        status = make_net(load, &config, net);
    }
    lnt_release(load->allocator, layers);
    json_decref(root);
    return status;
}

/* --- the rest of a model --- */

static lnt_status read_scaler(const loader *load, const lnt_st_entry *offset,
                              const lnt_st_entry *scale, double *numbers, lnt_scaler **scaler)
{
    const size_t cols = offset->tensor.shape[0];
    LNT_TRY(read_tensor(load, offset, numbers));
    LNT_TRY(read_tensor(load, scale, numbers + cols));
    const lnt_status status =
        lnt_scaler_create(scaler, cols, numbers, numbers + cols, load->allocator);
    if (status == LNT_ERR_MEMORY) {
        return lnt_file_fail_memory(load->error, load->path);
    }
    return status == LNT_OK ? LNT_OK
                            : fail_tensor(load, scale->tensor.name,
                                          "expected finite numbers, and none that is 0 as scale");
}

static lnt_status load_scaler(const loader *load, const char *offset_name, const char *scale_name,
                              size_t cols, lnt_scaler **scaler)
{
    if (find(load, offset_name) == NULL && find(load, scale_name) == NULL) {
        return LNT_OK;
    }
    const lnt_st_entry *offset, *scale;
    LNT_TRY(find_tensor(load, offset_name, LNT_ST_F64, 1, &cols, &offset));
    LNT_TRY(find_tensor(load, scale_name, LNT_ST_F64, 1, &cols, &scale));
    double *numbers = lnt_allocate(load->allocator, cols, 2 * sizeof *numbers);
    if (numbers == NULL) {
        return lnt_file_fail_memory(load->error, load->path);
    }
    const lnt_status status = read_scaler(load, offset, scale, numbers, scaler);
    lnt_release(load->allocator, numbers);
    return status;
}

/* `also` is a second count that is right; 0 if there is none. */
static lnt_status load_names(const loader *load, lnt_model_key key, size_t expected, size_t also,
                             lnt_names **names)
{
    json_t *root;
    LNT_TRY(parse_value(load, key, &root));
    if (root == NULL) {
        return LNT_OK;
    }
    const size_t count = json_array_size(root);
    lnt_status status;
    if (count != expected && (also == 0 || count != also)) {
        status = lnt_file_fail(load->error, LNT_ERR_FORMAT, load->path,
                               "%s: expected %zu names, found %zu", lnt_model_key_name(key),
                               expected, count);
    } else {
        status = lnt_names_parse(names, root, load->path, load->allocator, load->error);
    }
    json_decref(root);
    return status;
}

static lnt_status load_descriptions(const loader *load, lnt_model *model)
{
    json_t *loss = NULL, *record = NULL;
    lnt_status status = parse_value(load, LNT_KEY_LOSS, &loss);
    if (status == LNT_OK) {
        status = parse_value(load, LNT_KEY_RECORD, &record);
    }
    if (status == LNT_OK) {
        status = lnt_loss_parse(model, loss, load->path, load->allocator, load->error);
    }
    if (status == LNT_OK) {
        status = lnt_record_parse(&model->record, record, load->path, load->error);
    }
    json_decref(loss);
    json_decref(record);
    return status;
}

static lnt_status load_model(const loader *load, lnt_model *model)
{
    LNT_TRY(load_net(load, &model->net));
    LNT_TRY(load_descriptions(load, model));
    const size_t inputs = lnt_net_inputs(model->net), outputs = lnt_net_outputs(model->net);
    const lnt_loss_kind loss = model->loss.kind;
    const size_t labels = lnt_loss_is_classification(loss) ? 1 : 0;
    const size_t targets = lnt_loss_target_cols(loss, outputs);
    const size_t classes = lnt_loss_classes(loss, outputs);
    LNT_TRY(load_scaler(load, LNT_INPUT_OFFSET, LNT_INPUT_SCALE, inputs, &model->input_scaler));
    LNT_TRY(load_scaler(load, LNT_TARGET_OFFSET, LNT_TARGET_SCALE, targets, &model->target_scaler));
    LNT_TRY(load_names(load, LNT_KEY_INPUT_NAMES, inputs, 0, &model->input_names));
    LNT_TRY(load_names(load, LNT_KEY_TARGET_NAMES, targets, labels, &model->target_names));
    return load_names(load, LNT_KEY_CLASS_NAMES, classes > 0 ? classes : outputs, 0,
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

static lnt_status open_archive(loader *load)
{
    load->metadata = load->archive->metadata;
    LNT_TRY(check_metadata(load));
    return parse_value(load, LNT_KEY_CHECKSUMS, &load->checksums);
}

lnt_status lnt_model_load_archive(lnt_model *model, const lnt_model_archive *archive,
                                  const lnt_allocator *allocator, lnt_error *error)
{
    *model = lnt_model_init();
    loader load = {
        .path = archive->path, .allocator = allocator, .error = error, .archive = archive};
    lnt_status status = open_archive(&load);
    if (status == LNT_OK) {
        status = load_model(&load, model);
    }
    json_decref(load.checksums);
    if (status != LNT_OK) {
        lnt_model_finish(model);
    }
    return status;
}

/* A file as an archive; the caller closes it. */
static lnt_status open_file(lnt_st_file **file, lnt_model_archive *archive, const char *path,
                            const lnt_allocator *allocator, lnt_error *error)
{
    LNT_TRY(lnt_st_open(file, path, allocator, error));
    *archive = (lnt_model_archive){.path = path,
                                   .context = *file,
                                   .metadata = lnt_st_metadata(*file),
                                   .count = lnt_st_count(*file),
                                   .find = find_in_file,
                                   .read = read_from_file};
    return LNT_OK;
}

lnt_status lnt_model_load(lnt_model *model, const char *path, const lnt_allocator *allocator,
                          lnt_error *error)
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
    const lnt_status status = lnt_model_load_archive(model, &archive, allocator, error);
    lnt_st_close(file);
    return status;
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
    loader load = {.path = path, .allocator = allocator, .error = error, .archive = &archive};
    lnt_status status = open_archive(&load);
    if (status == LNT_OK) {
        status = load_net(&load, net);
    }
    json_decref(load.checksums);
    lnt_st_close(file);
    return status;
}
