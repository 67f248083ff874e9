/* SPDX-License-Identifier: MIT */
#include "exchange/onnx/read/graph.h"

#include "base/files/file_error.h"
#include "base/sort.h"
#include "exchange/onnx/format.h"
#include "exchange/onnx/read/constant.h"

#include <string.h>

enum { OLDEST_OPERATORS = 7 }; /* before version 7, operators have other attributes */

/* --- values by name --- */

static int compare_names(size_t a, size_t b, const void *context)
{
    const lnt_onnx_value *values = context;
    return strcmp(values[a].name, values[b].name);
}

static lnt_status sort_values(lnt_onnx_reader *reader)
{
    reader->order = lnt_pool_take(&reader->pool, reader->n_values, sizeof *reader->order);
    if (reader->order == NULL) {
        return lnt_onnx_fail_pool(reader);
    }
    for (size_t i = 0; i < reader->n_values; i++) {
        reader->order[i] = i;
    }
    lnt_sort(reader->order, reader->n_values, compare_names, reader->values);
    for (size_t i = 1; i < reader->n_values; i++) {
        const char *name = reader->values[reader->order[i]].name;
        if (strcmp(name, reader->values[reader->order[i - 1]].name) == 0) {
            return lnt_onnx_fail(reader, "two values are called '%s'", lnt_excerpt_of(name).text);
        }
    }
    return LNT_OK;
}

static void add_value(lnt_onnx_reader *reader, lnt_onnx_value value)
{
    value.part_index = LNT_ONNX_NO_PART;
    if (value.name != NULL && value.name[0] != '\0') {
        reader->values[reader->n_values++] = value;
    }
}

static lnt_status list_values(lnt_onnx_reader *reader)
{
    const Lnt__Onnx__Graph *graph = reader->graph;
    size_t room = graph->n_initializer;
    for (size_t i = 0; i < graph->n_node; i++) {
        room += graph->node[i]->n_output;
    }
    reader->values = lnt_pool_take(&reader->pool, room + 1, sizeof *reader->values);
    if (reader->values == NULL) {
        return lnt_onnx_fail_pool(reader);
    }
    for (size_t i = 0; i < graph->n_initializer; i++) {
        add_value(reader, (lnt_onnx_value){.name = graph->initializer[i]->name,
                                           .tensor = graph->initializer[i]});
    }
    for (size_t i = 0; i < graph->n_node; i++) {
        const lnt_onnx_tensor *constant;
        LNT_TRY(lnt_onnx_constant_of(reader, graph->node[i], &constant));
        for (size_t k = 0; k < graph->node[i]->n_output; k++) {
            add_value(reader, (lnt_onnx_value){.name = graph->node[i]->output[k],
                                               .tensor = k == 0 ? constant : NULL,
                                               .node = graph->node[i],
                                               .node_index = i,
                                               .output = k});
        }
    }
    return sort_values(reader);
}

/* The only input that is not a constant; older files list constants as inputs, too. */
static lnt_status find_input(lnt_onnx_reader *reader)
{
    const Lnt__Onnx__Graph *graph = reader->graph;
    for (size_t i = 0; i < graph->n_input; i++) {
        const Lnt__Onnx__ValueInfo *input = graph->input[i];
        if (input->name == NULL || lnt_onnx_find(reader, input->name) != NULL) {
            continue;
        }
        if (reader->input != NULL) {
            return lnt_onnx_fail(reader, "has several inputs: '%s', '%s'",
                                 lnt_excerpt_of(reader->input->name).text,
                                 lnt_excerpt_of(input->name).text);
        }
        reader->input = input;
    }
    if (reader->input == NULL) {
        return lnt_onnx_fail(reader, "has no input");
    }
    add_value(reader, (lnt_onnx_value){.name = reader->input->name});
    return sort_values(reader);
}

/* --- unsupported features --- */

static lnt_status check_operators(const lnt_onnx_reader *reader)
{
    const Lnt__Onnx__Model *model = reader->model;
    for (size_t i = 0; i < model->n_opset_import; i++) {
        const Lnt__Onnx__OperatorSet *set = model->opset_import[i];
        if ((set->domain == NULL || set->domain[0] == '\0') && set->version < OLDEST_OPERATORS) {
            return lnt_onnx_fail(reader, "its operators are of version %jd; expected %d or later",
                                 (intmax_t) set->version, OLDEST_OPERATORS);
        }
    }
    return model->n_functions == 0 ? LNT_OK
                                   : lnt_onnx_fail(reader, "has functions of its own, which are "
                                                           "not read; export it inlined");
}

static lnt_status check_inside(const lnt_onnx_reader *reader, const lnt_onnx_tensor *tensor)
{
    return tensor == NULL ||
                   (tensor->data_location != ONNX_EXTERNAL && tensor->n_external_data == 0)
               ? LNT_OK
               : lnt_onnx_fail(reader,
                               "tensor '%s' has its data in another file, which is not read; "
                               "export everything to one file",
                               lnt_excerpt_of(tensor->name != NULL ? tensor->name : "").text);
}

static lnt_status check_all_inside(const lnt_onnx_reader *reader)
{
    const Lnt__Onnx__Graph *graph = reader->graph;
    for (size_t i = 0; i < graph->n_initializer; i++) {
        LNT_TRY(check_inside(reader, graph->initializer[i]));
    }
    for (size_t i = 0; i < graph->n_node; i++) {
        for (size_t k = 0; k < graph->node[i]->n_attribute; k++) {
            LNT_TRY(check_inside(reader, graph->node[i]->attribute[k]->t));
        }
    }
    return LNT_OK;
}

lnt_status lnt_onnx_index_values(lnt_onnx_reader *reader)
{
    reader->graph = reader->model->graph;
    if (reader->graph == NULL) {
        return lnt_onnx_fail(reader, "not an ONNX model: it has no graph");
    }
    LNT_TRY(check_operators(reader));
    LNT_TRY(check_all_inside(reader));
    LNT_TRY(list_values(reader));
    return find_input(reader);
}
