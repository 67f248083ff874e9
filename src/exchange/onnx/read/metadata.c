/* SPDX-License-Identifier: MIT */
#include "base/files/file_error.h"
#include "exchange/onnx/format.h"
#include "exchange/onnx/read/layers.h"
#include "io/model/text.h"

#include <string.h>

enum { MAX_DEPTH = 3 };

/* --- metadata of Linnet --- */

static const char *value_of(const lnt_onnx_reader *reader, const char *key)
{
    for (size_t i = 0; i < reader->model->n_metadata_props; i++) {
        const Lnt__Onnx__Entry *entry = reader->model->metadata_props[i];
        if (entry->key != NULL && strcmp(entry->key, key) == 0) {
            return entry->value;
        }
    }
    return NULL;
}

/* `*root` is NULL if there is no such key. */
static lnt_status parse(const lnt_onnx_reader *reader, const char *key, json_t **root)
{
    const char *text = value_of(reader, key);
    const lnt_json_context source = {reader->path, key};
    *root = NULL;
    return text != NULL ? lnt_json_parse(root, text, strlen(text), MAX_DEPTH, source, reader->error)
                        : LNT_OK;
}

lnt_status lnt_onnx_declared_loss(const lnt_onnx_reader *reader, bool *declared,
                                  lnt_loss_kind *loss)
{
    json_t *root;
    LNT_TRY(parse(reader, ONNX_KEY_LOSS, &root));
    const char *kind = json_string_value(json_object_get(root, "kind"));
    *declared = kind != NULL && lnt_loss_find(kind, loss) == LNT_OK;
    json_decref(root);
    return LNT_OK;
}

/* The loss of the metadata must have the link at the end of the graph. */
static lnt_status read_loss(const lnt_onnx_reader *reader, lnt_model *model)
{
    json_t *root;
    LNT_TRY(parse(reader, ONNX_KEY_LOSS, &root));
    if (root == NULL) {
        return LNT_OK;
    }
    const lnt_loss_kind link = model->loss.kind;
    const double epsilon = model->loss.epsilon;
    const lnt_status status =
        lnt_loss_parse(model, root, reader->path, reader->allocator, reader->error);
    json_decref(root);
    LNT_TRY(status);
    const lnt_loss_kind kind = model->loss.kind;
    const bool has_link =
        lnt_loss_is_classification(kind) || kind == LNT_LOSS_POISSON || kind == LNT_LOSS_GAUSSIAN;
    if (kind == LNT_LOSS_GAUSSIAN) {
        model->loss.epsilon = epsilon; /* the value of the graph takes precedence */
    }
    return (has_link ? kind : LNT_LOSS_MSE) == link
               ? LNT_OK
               : lnt_onnx_fail(reader, "its metadata name the loss %s, but it ends as for %s",
                               lnt_loss_name(kind), lnt_loss_name(link));
}

static lnt_status read_record(const lnt_onnx_reader *reader, lnt_model *model)
{
    json_t *root;
    LNT_TRY(parse(reader, ONNX_KEY_TRAINING_SUMMARY, &root));
    const lnt_status status =
        root != NULL ? lnt_training_summary_parse(&model->record, root, reader->path, reader->error)
                     : LNT_OK;
    json_decref(root);
    return status;
}

/* `also` is a second valid count; 0: none. */
static lnt_status read_names(const lnt_onnx_reader *reader, const char *key, size_t expected,
                             size_t also, lnt_names **names)
{
    json_t *root;
    LNT_TRY(parse(reader, key, &root));
    const size_t count = json_array_size(root);
    lnt_status status = LNT_OK;
    if (root != NULL && count != expected && (also == 0 || count != also)) {
        status = lnt_onnx_fail(reader, "%s: expected %zu names, found %zu", key, expected, count);
    } else if (root != NULL) {
        status = lnt_names_parse(names, root, reader->path, reader->allocator, reader->error);
    }
    json_decref(root);
    return status;
}

/* --- class names of scikit-learn's nodes --- */

static const char *text_of(lnt_onnx_reader *reader, ProtobufCBinaryData bytes)
{
    char *text = lnt_pool_take(&reader->pool, bytes.len + 1, 1);
    if (text != NULL && bytes.len > 0) {
        memcpy(text, bytes.data, bytes.len);
    }
    return text;
}

/* Texts, or else integers. */
static lnt_status make_classes(lnt_onnx_reader *reader, const ProtobufCBinaryData *texts,
                               const lnt_onnx_tensor *tensor, const int64_t *numbers, size_t count,
                               lnt_names **names)
{
    const char **list = lnt_pool_take(&reader->pool, count, sizeof *list);
    for (size_t i = 0; list != NULL && i < count; i++) {
        list[i] = texts != NULL
                      ? text_of(reader, texts[i])
                      : lnt_pool_text(&reader->pool, "%jd",
                                      numbers != NULL ? (intmax_t) numbers[i]
                                                      : (intmax_t) lnt_onnx_number(tensor, i));
    }
    if (reader->pool.status != LNT_OK) {
        return lnt_onnx_fail_pool(reader);
    }
    return lnt_names_create(names, list, count, reader->allocator) == LNT_OK
               ? LNT_OK
               : lnt_file_fail_memory(reader->error, reader->path);
}

static lnt_status classes_of_map(lnt_onnx_reader *reader, const lnt_onnx_node *node, size_t classes,
                                 lnt_names **names)
{
    const Lnt__Onnx__Attribute *texts = lnt_onnx_attribute(node, "classlabels_strings");
    const Lnt__Onnx__Attribute *numbers = lnt_onnx_attribute(node, "classlabels_int64s");
    const bool by_text = texts != NULL && texts->n_strings > 0;
    const size_t count = by_text ? texts->n_strings : numbers != NULL ? numbers->n_ints : 0;
    if (count != classes) {
        return lnt_onnx_fail_node(reader, node, "names %zu classes, expected %zu", count, classes);
    }
    return make_classes(reader, by_text ? texts->strings : NULL, NULL,
                        by_text ? NULL : numbers->ints, count, names);
}

/* If labels are an output, an ArrayFeatureExtractor looks them up. */
static lnt_status classes_of_labels(lnt_onnx_reader *reader, size_t classes, lnt_names **names)
{
    for (size_t i = 0; i < reader->graph->n_node; i++) {
        const lnt_onnx_node *node = reader->graph->node[i];
        bool is_ml;
        if (strcmp(lnt_onnx_op_type(node, &is_ml), "ArrayFeatureExtractor") != 0 || !is_ml) {
            continue;
        }
        const lnt_onnx_tensor *t = lnt_onnx_constant(reader, lnt_onnx_input(reader, node, 0));
        const bool whole = t != NULL && (t->data_type == ONNX_INT32 || t->data_type == ONNX_INT64);
        const bool text = t != NULL && t->data_type == ONNX_STRING;
        if ((whole || text) && lnt_onnx_n_elements(t) == classes) {
            return make_classes(reader, text ? t->string_data : NULL, t, NULL, classes, names);
        }
    }
    return LNT_OK;
}

lnt_status lnt_onnx_read_metadata(lnt_onnx_reader *reader, const lnt_onnx_parts *parts,
                                  lnt_model *model)
{
    LNT_TRY(read_loss(reader, model));
    LNT_TRY(read_record(reader, model));
    const size_t inputs = lnt_net_inputs(model->net), outputs = lnt_net_outputs(model->net);
    const lnt_loss_kind loss = model->loss.kind;
    const size_t classes = lnt_loss_classes(loss, outputs);
    const size_t targets = lnt_loss_target_cols(loss, outputs);
    const size_t labels = lnt_loss_is_classification(loss) ? 1 : 0;
    LNT_TRY(read_names(reader, ONNX_KEY_INPUT_NAMES, inputs, 0, &model->input_names));
    LNT_TRY(read_names(reader, ONNX_KEY_TARGET_NAMES, targets, labels, &model->target_names));
    LNT_TRY(read_names(reader, ONNX_KEY_CLASS_NAMES, classes > 0 ? classes : outputs, 0,
                       &model->class_names));
    if (model->class_names != NULL || classes == 0) {
        return LNT_OK;
    }
    return parts->zip_map != NULL
               ? classes_of_map(reader, parts->zip_map, classes, &model->class_names)
               : classes_of_labels(reader, classes, &model->class_names);
}
