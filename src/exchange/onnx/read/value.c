/* SPDX-License-Identifier: MIT */
#include "exchange/onnx/read/value.h"

#include "exchange/onnx/format.h"

#include <string.h>

enum { MAX_PLAIN = 16 }; /* limit of consecutive nodes that do not change a value */

/* Whether the output of a node is its first input, at least in inference. */
static bool is_plain(const lnt_onnx_reader *reader, const lnt_onnx_node *node)
{
    bool is_ml;
    const char *op = lnt_onnx_op_type(node, &is_ml);
    if (is_ml) {
        return false;
    }
    if (strcmp(op, "Cast") == 0) {
        const int64_t to = lnt_onnx_get_int(node, "to", 0);
        return to == ONNX_FLOAT || to == ONNX_DOUBLE;
    }
    if (strcmp(op, "Dropout") == 0 && lnt_onnx_n_inputs(node) > 2) {
        const lnt_onnx_tensor *training =
            lnt_onnx_constant(reader, lnt_onnx_input(reader, node, 2));
        return training != NULL && lnt_onnx_is_number(training, 0);
    }
    return strcmp(op, "Identity") == 0 || strcmp(op, "Dropout") == 0;
}

lnt_onnx_value *lnt_onnx_skip_identity(const lnt_onnx_reader *reader, lnt_onnx_value *value)
{
    for (int i = 0; i < MAX_PLAIN && value != NULL && value->node != NULL && value->output == 0 &&
                    is_plain(reader, value->node);
         i++) {
        lnt_onnx_value *next = lnt_onnx_input(reader, value->node, 0);
        if (next == NULL || (next->node != NULL && next->node_index >= value->node_index)) {
            return value;
        }
        value = next;
    }
    return value;
}

const lnt_onnx_tensor *lnt_onnx_constant(const lnt_onnx_reader *reader, lnt_onnx_value *value)
{
    value = lnt_onnx_skip_identity(reader, value);
    return value != NULL && value->tensor != NULL && lnt_onnx_is_valid(value->tensor)
               ? value->tensor
               : NULL;
}
