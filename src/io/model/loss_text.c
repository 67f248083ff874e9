/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "base/files/file_error.h"
#include "io/json/number.h"
#include "io/model/text.h"
#include "loss/loss.h"

#include <string.h>

struct lnt_class_weights {
    lnt_owner owner;
    double values[];
};

void lnt_class_weights_destroy(lnt_class_weights *weights)
{
    if (weights != NULL) {
        lnt_owner_release(weights->owner, weights);
    }
}

static const char *const reductions[] = {[LNT_MEAN] = "mean", [LNT_SUM] = "sum"};

enum { N_REDUCTIONS = sizeof reductions / sizeof reductions[0] };

/* --- to text --- */

static double parameter_of(const lnt_loss *loss, const lnt_setting *parameter)
{
    double value;
    memcpy(&value, (const char *) loss + parameter->offset, sizeof value);
    return value;
}

/* The parameter, unless it is 0: older readers know files without. */
static bool put_parameter(json_t *root, const lnt_loss *loss)
{
    const lnt_setting *parameter = lnt_loss_parameter(loss->kind);
    const double value = parameter != NULL ? parameter_of(loss, parameter) : 0;
    return value == 0 || lnt_json_put(root, parameter->name, lnt_f64_json(value));
}

static bool put_class_weights(json_t *root, const lnt_loss *loss)
{
    if (!lnt_loss_is_classification(loss->kind) || loss->class_weights == NULL) {
        return true;
    }
    json_t *array = json_array();
    for (size_t i = 0; array != NULL && i < loss->n_class_weights; i++) {
        if (json_array_append_new(array, lnt_f64_json(loss->class_weights[i])) != 0) {
            json_decref(array);
            return false;
        }
    }
    return lnt_json_put(root, "class_weights", array);
}

json_t *lnt_loss_json(const lnt_loss *loss)
{
    json_t *root = json_object();
    if (root == NULL || !lnt_json_put(root, "kind", json_string(lnt_loss_name(loss->kind))) ||
        !lnt_json_put(root, "value", json_string(reductions[loss->value_reduction])) ||
        !lnt_json_put(root, "gradient", json_string(reductions[loss->gradient_reduction])) ||
        !put_parameter(root, loss) || !put_class_weights(root, loss)) {
        json_decref(root);
        return NULL;
    }
    return root;
}

/* --- from text --- */

static bool reduction_parse(const json_t *value, lnt_reduction *reduction)
{
    for (unsigned i = 0; json_is_string(value) && i < N_REDUCTIONS; i++) {
        if (strcmp(reductions[i], json_string_value(value)) == 0) {
            *reduction = (lnt_reduction) i;
            return true;
        }
    }
    return false;
}

/* A missing parameter is 0. */
static bool parameter_parse(const json_t *value, const lnt_setting *parameter, lnt_loss *loss)
{
    double number = 0;
    if (value != NULL && !lnt_f64_parse(value, &number)) {
        return false;
    }
    memcpy((char *) loss + parameter->offset, &number, sizeof number);
    return true;
}

static lnt_status class_weights_parse(lnt_model *model, const json_t *array, const char *path,
                                      const lnt_allocator *allocator, lnt_error *error)
{
    const size_t count = json_array_size(array);
    const size_t expected =
        lnt_loss_weights_expected(model->loss.kind, lnt_net_outputs(model->net));
    if (!json_is_array(array) || count == 0 || count != expected) {
        return lnt_file_fail(error, LNT_ERR_FORMAT, path,
                             "loss: expected %zu class weights, found %zu", expected, count);
    }
    lnt_class_weights *weights =
        lnt_allocate(allocator, 1, sizeof *weights + count * sizeof weights->values[0]);
    if (weights == NULL) {
        return lnt_file_fail_memory(error, path);
    }
    weights->owner = lnt_owner_of(allocator);
    model->class_weights = weights;
    model->loss.class_weights = weights->values;
    model->loss.n_class_weights = count;
    for (size_t i = 0; i < count; i++) {
        if (!lnt_f64_parse(json_array_get(array, i), &weights->values[i])) {
            return lnt_file_fail(error, LNT_ERR_FORMAT, path,
                                 "loss: expected numbers as text as class weights");
        }
    }
    return LNT_OK;
}

/* Reads kind and reductions, which every loss has. */
static lnt_status kind_parse(lnt_loss *loss, const json_t *root, const char *path, lnt_error *error)
{
    const char *kind = json_string_value(json_object_get(root, "kind"));
    lnt_loss_kind found;
    if (kind != NULL && lnt_loss_find(kind, &found) == LNT_OK) {
        *loss = lnt_loss_defaults(found, LNT_MEAN);
        if (reduction_parse(json_object_get(root, "value"), &loss->value_reduction) &&
            reduction_parse(json_object_get(root, "gradient"), &loss->gradient_reduction)) {
            return LNT_OK;
        }
    }
    return lnt_file_fail(error, LNT_ERR_FORMAT, path,
                         "expected kind, value and gradient of a known loss, found '%s'",
                         lnt_excerpt_of(kind != NULL ? kind : "").text);
}

lnt_status lnt_loss_parse(lnt_model *model, const json_t *root, const char *path,
                          const lnt_allocator *allocator, lnt_error *error)
{
    lnt_loss *loss = &model->loss;
    LNT_TRY(kind_parse(loss, root, path, error));
    const lnt_setting *parameter = lnt_loss_parameter(loss->kind);
    size_t known = 3;
    if (parameter != NULL) {
        const json_t *value = json_object_get(root, parameter->name);
        known += value != NULL;
        if (!parameter_parse(value, parameter, loss)) {
            return lnt_file_fail(error, LNT_ERR_FORMAT, path,
                                 "loss: expected a number as text as '%s'", parameter->name);
        }
    }
    const json_t *weights = json_object_get(root, "class_weights");
    if (lnt_loss_is_classification(loss->kind) && weights != NULL) {
        known++;
        LNT_TRY(class_weights_parse(model, weights, path, allocator, error));
    }
    if (json_object_size(root) != known) {
        return lnt_file_fail(error, LNT_ERR_FORMAT, path, "loss: has fields that %s does not have",
                             lnt_loss_name(loss->kind));
    }
    const size_t outputs = lnt_net_outputs(model->net);
    if (lnt_loss_target_cols(loss->kind, outputs) == 0) {
        return lnt_file_fail(error, LNT_ERR_FORMAT, path, "loss: %s does not fit %zu outputs",
                             lnt_loss_name(loss->kind), outputs);
    }
    lnt_error why;
    if (lnt_loss_check(loss, outputs, &why) != LNT_OK) {
        return lnt_file_fail(error, LNT_ERR_FORMAT, path, "%s", why.message);
    }
    return LNT_OK;
}
