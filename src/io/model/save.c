/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "base/files/file_error.h"
#include "io/model/architecture.h"
#include "io/model/file.h"
#include "io/model/text.h"
#include "loss/loss.h"

#include <linnet/build.h>
#include <string.h>

/* --- whether the parts fit together --- */

static lnt_status check_count(const char *what, const void *part, size_t found, size_t expected,
                              lnt_error *error)
{
    if (part == NULL || found == expected) {
        return LNT_OK;
    }
    return lnt_fail(error, LNT_ERR_INVALID, "model to save: %s has %zu entries, expected %zu", what,
                    found, expected);
}

static lnt_status check_loss(const lnt_loss *loss, size_t outputs, lnt_error *error)
{
    const char *name = lnt_loss_name(loss->kind);
    lnt_error why;
    if (lnt_loss_check(loss, outputs, &why) != LNT_OK) {
        return lnt_fail(error, LNT_ERR_INVALID, "model to save: %s", why.message);
    }
    if (lnt_loss_target_cols(loss->kind, outputs) == 0) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "model to save: its loss, %s, does not fit %zu outputs", name, outputs);
    }
    return LNT_OK;
}

static lnt_status check_laplace(const lnt_model *model, lnt_error *error)
{
    const lnt_laplace *laplace = model->laplace;
    if (laplace == NULL ||
        (laplace->signature == model->net->signature && laplace->loss == model->loss.kind)) {
        return LNT_OK;
    }
    return lnt_fail(error, LNT_ERR_INVALID,
                    "model to save: its Laplace approximation is that of another net or loss");
}

static lnt_status check_model(const lnt_model *model, lnt_error *error)
{
    const size_t inputs = lnt_net_inputs(model->net), outputs = lnt_net_outputs(model->net);
    LNT_TRY(check_loss(&model->loss, outputs, error));
    LNT_TRY(check_laplace(model, error));
    const lnt_loss_kind loss = model->loss.kind;
    const size_t target_cols = lnt_loss_target_cols(loss, outputs);
    const size_t classes = lnt_loss_classes(loss, outputs);
    LNT_TRY(check_count("input_scaler", model->input_scaler, lnt_scaler_cols(model->input_scaler),
                        inputs, error));
    LNT_TRY(check_count("target_scaler", model->target_scaler,
                        lnt_scaler_cols(model->target_scaler), target_cols, error));
    LNT_TRY(check_count("input_names", model->input_names, lnt_names_count(model->input_names),
                        inputs, error));
    LNT_TRY(check_count("class_names", model->class_names, lnt_names_count(model->class_names),
                        classes > 0 ? classes : outputs, error));
    const size_t targets = lnt_names_count(model->target_names);
    if (targets == 1 && lnt_loss_is_classification(loss)) {
        return LNT_OK; /* one column of labels */
    }
    return check_count("target_names", model->target_names, targets, target_cols, error);
}

/* --- tensors --- */

enum { SCALER_TENSORS = 4 };

/* Runs once to compute the size and once to lay out the block. */
static void lay_out(lnt_arena *arena, lnt_model_contents *contents, size_t n_tensors,
                    size_t n_laplace)
{
    const size_t room = n_tensors + SCALER_TENSORS + n_laplace;
    contents->items = lnt_arena_take(arena, room, sizeof *contents->items);
    contents->parameters = lnt_arena_take(arena, n_tensors, sizeof *contents->parameters);
    contents->laplace = lnt_arena_take(arena, n_laplace, sizeof *contents->laplace);
    contents->shapes = lnt_arena_take(arena, room, sizeof *contents->shapes);
}

static void add_item(lnt_model_contents *contents, const char *name, lnt_st_dtype dtype,
                     size_t rank, const void *data)
{
    contents->items[contents->count] = (lnt_st_item){
        {.name = name, .dtype = dtype, .rank = rank, .shape = contents->shapes[contents->count]},
        data};
    contents->count++;
}

static void add_scaler(lnt_model_contents *contents, const lnt_scaler *scaler, const char *offset,
                       const char *scale)
{
    if (scaler == NULL) {
        return;
    }
    contents->shapes[contents->count][0] = lnt_scaler_cols(scaler);
    add_item(contents, offset, LNT_ST_F64, 1, lnt_scaler_offset(scaler));
    contents->shapes[contents->count][0] = lnt_scaler_cols(scaler);
    add_item(contents, scale, LNT_ST_F64, 1, lnt_scaler_scale(scaler));
}

static size_t count_laplace(const lnt_model *model)
{
    size_t last;
    return model->laplace == NULL
               ? 0
               : lnt_laplace_n_tensors(
                     model->laplace->info.structure,
                     lnt_laplace_dense(model->net->layers, model->net->n_layers, &last));
}

static void add_laplace(lnt_model_contents *contents, const lnt_model *model)
{
    for (size_t i = 0; i < count_laplace(model); i++) {
        lnt_laplace_tensor *t = &contents->laplace[i];
        lnt_laplace_tensor_at(model->laplace, i, t);
        memcpy(contents->shapes[contents->count], t->shape, sizeof t->shape);
        add_item(contents, t->name, LNT_ST_F64, t->rank, t->data);
    }
}

/* Adds the net's parameters, then its running statistics. */
static lnt_status add_net(lnt_model_contents *contents, lnt_net *net)
{
    const lnt_st_dtype dtype = lnt_model_dtype(lnt_net_dtype(net));
    const size_t n_tensors = lnt_net_n_parameter_tensors(net);
    for (size_t i = 0; i < n_tensors + lnt_net_n_running_stats(net); i++) {
        lnt_parameter *p = &contents->parameters[i];
        LNT_TRY(i < n_tensors ? lnt_net_parameter(net, i, p)
                              : lnt_net_running_stat(net, i - n_tensors, p));
        const size_t rank =
            lnt_model_shape(p->role, p->value.rows, p->value.cols, contents->shapes[i]);
        add_item(contents, p->name, dtype, rank, p->value.data);
    }
    return LNT_OK;
}

static lnt_status list_tensors(lnt_model_contents *contents, const lnt_model *model)
{
    const size_t count =
        lnt_net_n_parameter_tensors(model->net) + lnt_net_n_running_stats(model->net);
    lnt_arena arena = {0};
    lay_out(&arena, contents, count, count_laplace(model));
    LNT_TRY(lnt_arena_open(&arena, NULL));
    lay_out(&arena, contents, count, count_laplace(model));
    const lnt_status status = add_net(contents, model->net);
    if (status != LNT_OK) {
        lnt_release(NULL, contents->items);
        return status;
    }
    add_scaler(contents, model->input_scaler, LNT_INPUT_OFFSET, LNT_INPUT_SCALE);
    add_scaler(contents, model->target_scaler, LNT_TARGET_OFFSET, LNT_TARGET_SCALE);
    add_laplace(contents, model);
    return LNT_OK;
}

/* --- metadata --- */

static json_t *checksums_json(const lnt_model_contents *contents)
{
    json_t *object = json_object();
    for (size_t i = 0; object != NULL && i < contents->count; i++) {
        const lnt_st_item *item = &contents->items[i];
        lnt_checksum_part part = {item->data, 0, lnt_st_dtype_word(item->tensor.dtype)};
        lnt_checksum sum;
        if (lnt_st_tensor_bytes(&item->tensor, &part.bytes) != LNT_OK ||
            lnt_checksum_of(&part, 1, &sum) != LNT_OK ||
            !lnt_json_put(object, item->tensor.name, json_string(sum.text))) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

static bool put(json_t *metadata, lnt_model_key key, json_t *value)
{
    return lnt_json_put(metadata, lnt_model_key_name(key), value);
}

/* Adds `value` as text, and takes ownership. */
static bool put_text(json_t *metadata, lnt_model_key key, json_t *value)
{
    json_t *text = value != NULL ? lnt_json_embed(value) : NULL;
    json_decref(value);
    return put(metadata, key, text);
}

static bool put_names(json_t *metadata, lnt_model_key key, const lnt_names *names)
{
    return names == NULL || put_text(metadata, key, lnt_names_json(names));
}

static bool put_laplace(json_t *metadata, const lnt_laplace *laplace)
{
    return laplace == NULL || put_text(metadata, LNT_KEY_LAPLACE, lnt_laplace_json(&laplace->info));
}

static json_t *metadata_json(const lnt_model *model, const lnt_model_contents *contents)
{
    json_t *metadata = json_object();
    lnt_checksum sum;
    if (metadata == NULL || !put(metadata, LNT_KEY_FORMAT, json_string(LNT_MODEL_FORMAT)) ||
        !put(metadata, LNT_KEY_VERSION, json_string(lnt_version())) ||
        !put_text(metadata, LNT_KEY_NET, lnt_architecture_json(model->net)) ||
        !put_text(metadata, LNT_KEY_LOSS, lnt_loss_json(&model->loss)) ||
        !put_text(metadata, LNT_KEY_TRAINING_SUMMARY, lnt_training_summary_json(&model->record)) ||
        !put_names(metadata, LNT_KEY_INPUT_NAMES, model->input_names) ||
        !put_names(metadata, LNT_KEY_TARGET_NAMES, model->target_names) ||
        !put_names(metadata, LNT_KEY_CLASS_NAMES, model->class_names) ||
        !put_laplace(metadata, model->laplace) ||
        !put_text(metadata, LNT_KEY_CHECKSUMS, checksums_json(contents)) ||
        lnt_model_metadata_checksum(lnt_json_texts(metadata), &sum) != LNT_OK ||
        !put(metadata, LNT_KEY_CHECKSUM, json_string(sum.text))) {
        json_decref(metadata);
        return NULL;
    }
    return metadata;
}

lnt_status lnt_model_contents_init(const lnt_model *model, const char *path,
                                   lnt_model_contents *contents, lnt_error *error)
{
    *contents = (lnt_model_contents){0};
    if (model == NULL || model->net == NULL || path == NULL) {
        return lnt_fail(error, LNT_ERR_NULL,
                        "model to save: the model, its net or the path is NULL");
    }
    LNT_TRY(check_model(model, error));
    const lnt_status status = list_tensors(contents, model);
    if (status != LNT_OK) {
        *contents = (lnt_model_contents){0};
        return lnt_file_fail(error, status, path, "%s", lnt_status_text(status));
    }
    contents->metadata = metadata_json(model, contents);
    return contents->metadata != NULL ? LNT_OK : lnt_file_fail_memory(error, path);
}

void lnt_model_contents_clear(lnt_model_contents *contents)
{
    json_decref(contents->metadata);
    lnt_release(NULL, contents->items);
    *contents = (lnt_model_contents){0};
}

lnt_status lnt_model_save(const lnt_model *model, const char *path, lnt_error *error)
{
    lnt_model_contents contents;
    lnt_status status = lnt_model_contents_init(model, path, &contents, error);
    if (status == LNT_OK) {
        status = lnt_st_write(path, contents.items, contents.count, contents.metadata, error);
    }
    lnt_model_contents_clear(&contents);
    return status;
}
