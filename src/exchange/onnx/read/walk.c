/* SPDX-License-Identifier: MIT */
#include "base/files/file_error.h"
#include "exchange/onnx/format.h"
#include "exchange/onnx/read/part.h"

#include <string.h>

/* --- the model's output --- */

static bool is_zip_map(const lnt_onnx_value *value)
{
    bool is_ml;
    return value->node != NULL && strcmp(lnt_onnx_op_type(value->node, &is_ml), "ZipMap") == 0 &&
           is_ml;
}

/* Whether an output is of floats. Labels are integers or text; probabilities and numbers are
 * floats, or maps of floats. */
static bool is_of_floats(const Lnt__Onnx__ValueInfo *output, const lnt_onnx_value *value)
{
    if (is_zip_map(value)) {
        return true;
    }
    const Lnt__Onnx__TensorType *type = output->type != NULL ? output->type->tensor_type : NULL;
    return type == NULL || !type->has_elem_type || type->elem_type == ONNX_FLOAT ||
           type->elem_type == ONNX_DOUBLE;
}

static lnt_status find_output(lnt_onnx_reader *reader, lnt_onnx_parts *parts,
                              lnt_onnx_value **output)
{
    const Lnt__Onnx__Graph *graph = reader->graph;
    const char *name = NULL;
    for (size_t i = 0; i < graph->n_output; i++) {
        const char *candidate = graph->output[i]->name != NULL ? graph->output[i]->name : "";
        lnt_onnx_value *value = lnt_onnx_find(reader, candidate);
        if (value == NULL) {
            return lnt_onnx_fail(reader, "its output '%s' is undefined",
                                 lnt_excerpt_of(candidate).text);
        }
        if (!is_of_floats(graph->output[i], value)) {
            continue;
        }
        if (name != NULL) {
            return lnt_onnx_fail(reader, "has several outputs of floats: '%s', '%s'",
                                 lnt_excerpt_of(name).text, lnt_excerpt_of(candidate).text);
        }
        name = candidate;
        *output = value;
    }
    if (name == NULL) {
        return lnt_onnx_fail(reader, "has no output of floats");
    }
    if (is_zip_map(*output)) {
        parts->zip_map = (*output)->node;
        *output = lnt_onnx_input(reader, parts->zip_map, 0);
    }
    *output = lnt_onnx_skip_identity(reader, *output);
    return *output != NULL ? LNT_OK : lnt_onnx_fail_node(reader, parts->zip_map, "has no input");
}

/* --- backwards --- */

/* Adds the part that computes `*value`, and moves to the part's input. */
static lnt_status step_back(lnt_onnx_reader *reader, lnt_onnx_parts *parts, lnt_onnx_value **value)
{
    const lnt_onnx_node *node = (*value)->node;
    if (node == NULL || (*value)->tensor != NULL || (*value)->output != 0) {
        return lnt_onnx_fail(reader, "its output does not come from its input, but from '%s'",
                             lnt_excerpt_of((*value)->name).text);
    }
    lnt_onnx_value *from = NULL;
    LNT_TRY(lnt_onnx_find_part(reader, *value, &parts->parts[parts->n_parts], &from));
    if (from->node != NULL && from->node_index >= (*value)->node_index) {
        return lnt_onnx_fail_node(reader, node, "comes before a node that it depends on");
    }
    (*value)->part_index = parts->n_parts++;
    *value = from;
    return LNT_OK;
}

static void reverse(lnt_onnx_part *parts, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        const lnt_onnx_part part = parts[i];
        parts[i] = parts[count - 1 - i];
        parts[count - 1 - i] = part;
    }
}

/* Reverses the indices of the parts, and marks the inputs of residual sums. */
static lnt_status mark_skip_inputs(lnt_onnx_reader *reader, lnt_onnx_parts *parts)
{
    for (size_t i = 0; i < reader->n_values; i++) {
        lnt_onnx_value *value = &reader->values[i];
        if (value->part_index != LNT_ONNX_NO_PART) {
            value->part_index = parts->n_parts - value->part_index;
        }
    }
    parts->is_skip_input =
        lnt_pool_take(&reader->pool, parts->n_parts + 1, sizeof *parts->is_skip_input);
    if (parts->is_skip_input == NULL) {
        return lnt_onnx_fail_pool(reader);
    }
    for (size_t i = 0; i < parts->n_parts; i++) {
        const lnt_onnx_part *part = &parts->parts[i];
        if (part->kind != ONNX_RESIDUAL) {
            continue;
        }
        if (part->skip->part_index == LNT_ONNX_NO_PART || part->skip->part_index >= i) {
            return lnt_onnx_fail_node(reader, part->node,
                                      "adds two values, and neither is made from the other");
        }
        parts->is_skip_input[part->skip->part_index] = true;
    }
    return LNT_OK;
}

lnt_status lnt_onnx_walk(lnt_onnx_reader *reader, lnt_onnx_parts *parts)
{
    *parts = (lnt_onnx_parts){0};
    lnt_onnx_value *value = NULL;
    LNT_TRY(find_output(reader, parts, &value));
    /* Each part has a node of its own. */
    parts->parts = lnt_pool_take(&reader->pool, reader->graph->n_node, sizeof *parts->parts);
    if (parts->parts == NULL) {
        return lnt_onnx_fail_pool(reader);
    }
    const lnt_onnx_value *input = lnt_onnx_find(reader, reader->input->name);
    while (value != input) {
        LNT_TRY(step_back(reader, parts, &value));
    }
    value->part_index = parts->n_parts;
    reverse(parts->parts, parts->n_parts);
    return mark_skip_inputs(reader, parts);
}
