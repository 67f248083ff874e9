/* SPDX-License-Identifier: MIT */
#include "base/files/file_error.h"
#include "exchange/onnx/format.h"
#include "exchange/onnx/write/emit.h"
#include "io/model/text.h"
#include "loss/loss.h"

#include <linnet/build.h>
#include <linnet/exchange.h>
#include <linnet/file.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

/* Operators of version 13 and older, which runtimes support since 2020. Newer operators, such as
 * layer norm and GELU, are composed of older ones. */
enum { OPERATOR_SET = 13, IR_VERSION = 7 };

/* --- whether the parts fit together --- */

static lnt_status check_count(const char *what, const void *part, size_t found, size_t expected,
                              lnt_error *error)
{
    return part == NULL || found == expected
               ? LNT_OK
               : lnt_fail(error, LNT_ERR_INVALID,
                          "model to export: %s has %zu entries, expected %zu", what, found,
                          expected);
}

/* In f32 the numbers of a scaler must be floats. */
static lnt_status check_scaler(const char *what, const lnt_scaler *scaler, size_t cols,
                               lnt_dtype dtype, lnt_error *error)
{
    LNT_TRY(check_count(what, scaler, lnt_scaler_cols(scaler), cols, error));
    for (size_t j = 0; dtype == LNT_F32 && j < lnt_scaler_cols(scaler); j++) {
        const float offset = (float) lnt_scaler_offset(scaler)[j];
        const float scale = (float) lnt_scaler_scale(scaler)[j];
        if (!isfinite(offset) || !isnormal(scale)) {
            return lnt_fail(error, LNT_ERR_INVALID,
                            "model to export: %s of column %zu is beyond the range of f32", what,
                            j + 1);
        }
    }
    return LNT_OK;
}

static lnt_status check_names(const lnt_model *model, size_t targets, lnt_error *error)
{
    const size_t inputs = lnt_net_inputs(model->net), outputs = lnt_net_outputs(model->net);
    const size_t classes = lnt_loss_classes(model->loss.kind, outputs);
    LNT_TRY(check_count("input_names", model->input_names, lnt_names_count(model->input_names),
                        inputs, error));
    LNT_TRY(check_count("class_names", model->class_names, lnt_names_count(model->class_names),
                        classes > 0 ? classes : outputs, error));
    const size_t count = lnt_names_count(model->target_names);
    return count == 1 && lnt_loss_is_classification(model->loss.kind)
               ? LNT_OK /* one column of labels */
               : check_count("target_names", model->target_names, count, targets, error);
}

static lnt_status check_model(const lnt_model *model, lnt_error *error)
{
    const size_t outputs = lnt_net_outputs(model->net);
    const lnt_dtype dtype = lnt_net_dtype(model->net);
    const size_t targets = lnt_loss_check(&model->loss, outputs, NULL) == LNT_OK
                               ? lnt_loss_target_cols(model->loss.kind, outputs)
                               : 0;
    if (targets == 0) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "model to export: its loss is none that exists, or does not fit %zu "
                        "outputs",
                        outputs);
    }
    if (model->target_scaler != NULL && lnt_loss_is_classification(model->loss.kind)) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "model to export: its loss is for classes, and its targets are scaled");
    }
    LNT_TRY(check_scaler("input_scaler", model->input_scaler, lnt_net_inputs(model->net), dtype,
                         error));
    LNT_TRY(check_scaler("target_scaler", model->target_scaler, targets, dtype, error));
    return check_names(model, targets, error);
}

/* --- the description of the model --- */

typedef struct exporter {
    lnt_onnx_builder b;
    Lnt__Onnx__Model model;
    Lnt__Onnx__OperatorSet set, *sets;
} exporter;

static void put_metadata(exporter *x, const char *key, const char *value)
{
    lnt_pool *pool = &x->b.pool;
    Lnt__Onnx__Model *model = &x->model;
    Lnt__Onnx__Entry *entry = lnt_pool_take(pool, 1, sizeof *entry);
    void *list = lnt_pool_grow(pool, model->metadata_props, model->n_metadata_props, sizeof entry);
    char *copy = value != NULL ? lnt_pool_text(pool, "%s", value) : NULL;
    if (entry == NULL || list == NULL || copy == NULL) {
        pool->status = pool->status == LNT_OK ? LNT_ERR_MEMORY : pool->status;
        return;
    }
    lnt__onnx__entry__init(entry);
    entry->key = (char *) key;
    entry->value = copy;
    model->metadata_props = list;
    model->metadata_props[model->n_metadata_props++] = entry;
}

/* Takes ownership of `value`; NULL: it could not be created. */
static void put_json(exporter *x, const char *key, json_t *value)
{
    json_t *text = value != NULL ? lnt_json_embed(value) : NULL;
    put_metadata(x, key, json_string_value(text));
    json_decref(text);
    json_decref(value);
}

static void put_names(exporter *x, const char *key, const lnt_names *names)
{
    if (names != NULL) {
        put_json(x, key, lnt_names_json(names));
    }
}

static void describe(exporter *x, const lnt_model *model)
{
    const bool classes = lnt_loss_is_classification(model->loss.kind);
    put_metadata(x, ONNX_KEY_VERSION, lnt_version());
    put_metadata(x, ONNX_KEY_TASK, classes ? "classification" : "regression");
    put_json(x, ONNX_KEY_LOSS, lnt_loss_json(&model->loss));
    put_json(x, ONNX_KEY_TRAINING_SUMMARY, lnt_training_summary_json(&model->record));
    put_names(x, ONNX_KEY_INPUT_NAMES, model->input_names);
    put_names(x, ONNX_KEY_TARGET_NAMES, model->target_names);
    put_names(x, ONNX_KEY_CLASS_NAMES, model->class_names);
}

/* --- the graph --- */

static void build_graph(exporter *x, const lnt_model *model)
{
    lnt_onnx_builder *b = &x->b;
    Lnt__Onnx__ValueInfo **ends = lnt_pool_take(&b->pool, 2, sizeof *ends);
    const char *y = lnt_onnx_emit_input_scaling(b, model->input_scaler, "input");
    y = lnt_onnx_emit_output(b, model, lnt_onnx_emit_net(b, model->net, y));
    if (b->graph.n_node == 0) {
        (void) lnt_onnx_add_node(b, "Identity", y, NULL, NULL);
    }
    if (ends == NULL || b->pool.status != LNT_OK) {
        return;
    }
    /* No node uses the last node's output by its name yet. */
    b->graph.node[b->graph.n_node - 1]->output[0] = (char *) "output";
    ends[0] = lnt_onnx_declare_value(b, "input", lnt_net_inputs(model->net));
    ends[1] = lnt_onnx_declare_value(b, "output", lnt_net_outputs(model->net));
    b->graph.name = (char *) "linnet";
    b->graph.n_input = b->graph.n_output = 1;
    b->graph.input = ends;
    b->graph.output = ends + 1;
}

static void build(exporter *x, const lnt_model *model)
{
    lnt__onnx__model__init(&x->model);
    lnt__onnx__graph__init(&x->b.graph);
    lnt__onnx__operator_set__init(&x->set);
    x->b.dtype = lnt_net_dtype(model->net);
    build_graph(x, model);
    describe(x, model);
    x->set.domain = (char *) "";
    x->set.has_version = 1;
    x->set.version = OPERATOR_SET;
    x->sets = &x->set;
    x->model.has_ir_version = 1;
    x->model.ir_version = IR_VERSION;
    x->model.n_opset_import = 1;
    x->model.opset_import = &x->sets;
    x->model.producer_name = (char *) "linnet";
    x->model.producer_version = (char *) lnt_version();
    x->model.graph = &x->b.graph;
}

static lnt_status write_file(const exporter *x, const char *path, lnt_error *error)
{
    const size_t bytes = lnt__onnx__model__get_packed_size(&x->model);
    if (bytes > ONNX_MAX_BYTES) {
        return lnt_file_fail(error, LNT_ERR_TOO_LARGE, path,
                             "the model needs %zu bytes, and an ONNX file holds %u", bytes,
                             ONNX_MAX_BYTES);
    }
    uint8_t *data = lnt_allocate(NULL, bytes, 1);
    if (data == NULL) {
        return lnt_file_fail_memory(error, path);
    }
    (void) lnt__onnx__model__pack(&x->model, data);
    const lnt_status status = lnt_file_write(path, data, bytes, error);
    lnt_release(NULL, data);
    return status;
}

lnt_status lnt_onnx_export(const lnt_model *model, const char *path, lnt_error *error)
{
    if (model == NULL || model->net == NULL || path == NULL) {
        return lnt_fail(error, LNT_ERR_NULL,
                        "model to export: the model, its net or the path is NULL");
    }
    LNT_TRY(check_model(model, error));
    exporter x = {.b.pool = lnt_pool_init(NULL, SIZE_MAX)};
    build(&x, model);
    const lnt_status status =
        x.b.pool.status == LNT_OK
            ? write_file(&x, path, error)
            : lnt_file_fail(error, x.b.pool.status, path, "%s", lnt_status_text(x.b.pool.status));
    lnt_pool_clear(&x.b.pool);
    return status;
}
