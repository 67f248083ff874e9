/* SPDX-License-Identifier: MIT */
#include "exchange/onnx/format.h"
#include "exchange/onnx/read/graph.h"

#include <string.h>

enum { MAX_PLAIN = 16 }; /* nodes that leave a value as it is, one behind the other */

size_t lnt_onnx_n_inputs(const lnt_onnx_node *node)
{
    size_t count = node->n_input;
    while (count > 0 && node->input[count - 1][0] == '\0') {
        count--;
    }
    return count;
}

lnt_onnx_value *lnt_onnx_input(const lnt_onnx_reader *reader, const lnt_onnx_node *node, size_t i)
{
    return i < node->n_input && node->input[i][0] != '\0' ? lnt_onnx_find(reader, node->input[i])
                                                          : NULL;
}

const char *lnt_onnx_operator(const lnt_onnx_node *node, bool *is_ml)
{
    const char *domain = node->domain != NULL ? node->domain : "";
    *is_ml = strcmp(domain, "ai.onnx.ml") == 0;
    const bool known = *is_ml || domain[0] == '\0' || strcmp(domain, "ai.onnx") == 0;
    return known && node->op_type != NULL ? node->op_type : "";
}

/* Whether a node gives out its first input, at least in inference. */
static bool is_plain(const lnt_onnx_reader *reader, const lnt_onnx_node *node)
{
    bool is_ml;
    const char *op = lnt_onnx_operator(node, &is_ml);
    if (is_ml) {
        return false;
    }
    if (strcmp(op, "Cast") == 0) {
        const int64_t to = lnt_onnx_int_of(node, "to", 0);
        return to == ONNX_FLOAT || to == ONNX_DOUBLE;
    }
    if (strcmp(op, "Dropout") == 0 && lnt_onnx_n_inputs(node) > 2) {
        const lnt_onnx_tensor *training =
            lnt_onnx_constant(reader, lnt_onnx_input(reader, node, 2));
        return training != NULL && lnt_onnx_is_number(training, 0);
    }
    return strcmp(op, "Identity") == 0 || strcmp(op, "Dropout") == 0;
}

lnt_onnx_value *lnt_onnx_plain(const lnt_onnx_reader *reader, lnt_onnx_value *value)
{
    for (int i = 0; i < MAX_PLAIN && value != NULL && value->node != NULL && value->output == 0 &&
                    is_plain(reader, value->node);
         i++) {
        lnt_onnx_value *next = lnt_onnx_input(reader, value->node, 0);
        if (next == NULL || (next->node != NULL && next->place >= value->place)) {
            return value;
        }
        value = next;
    }
    return value;
}

const Lnt__Onnx__Attribute *lnt_onnx_attribute(const lnt_onnx_node *node, const char *name)
{
    for (size_t i = 0; i < node->n_attribute; i++) {
        if (node->attribute[i]->name != NULL && strcmp(node->attribute[i]->name, name) == 0) {
            return node->attribute[i];
        }
    }
    return NULL;
}

double lnt_onnx_float_of(const lnt_onnx_node *node, const char *name, double otherwise)
{
    const Lnt__Onnx__Attribute *attribute = lnt_onnx_attribute(node, name);
    return attribute != NULL && attribute->has_f ? (double) attribute->f : otherwise;
}

int64_t lnt_onnx_int_of(const lnt_onnx_node *node, const char *name, int64_t otherwise)
{
    const Lnt__Onnx__Attribute *attribute = lnt_onnx_attribute(node, name);
    return attribute != NULL && attribute->has_i ? attribute->i : otherwise;
}
