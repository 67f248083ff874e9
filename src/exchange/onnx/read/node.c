/* SPDX-License-Identifier: MIT */
#include "exchange/onnx/read/node.h"
#include "exchange/onnx/format.h"

#include <string.h>

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

const char *lnt_onnx_op_type(const lnt_onnx_node *node, bool *is_ml)
{
    const char *domain = node->domain != NULL ? node->domain : "";
    *is_ml = strcmp(domain, "ai.onnx.ml") == 0;
    const bool known = *is_ml || domain[0] == '\0' || strcmp(domain, "ai.onnx") == 0;
    return known && node->op_type != NULL ? node->op_type : "";
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

double lnt_onnx_get_float(const lnt_onnx_node *node, const char *name, double otherwise)
{
    const Lnt__Onnx__Attribute *attribute = lnt_onnx_attribute(node, name);
    return attribute != NULL && attribute->has_f ? (double) attribute->f : otherwise;
}

int64_t lnt_onnx_get_int(const lnt_onnx_node *node, const char *name, int64_t otherwise)
{
    const Lnt__Onnx__Attribute *attribute = lnt_onnx_attribute(node, name);
    return attribute != NULL && attribute->has_i ? attribute->i : otherwise;
}
