/* SPDX-License-Identifier: MIT */
#include "exchange/onnx/read/part.h"

#include <math.h>
#include <string.h>

static bool affine_of(const char *op, lnt_onnx_affine *affine)
{
    static const char *const names[] = {
        [ONNX_ADD] = "Add", [ONNX_SUB] = "Sub", [ONNX_MUL] = "Mul", [ONNX_DIV] = "Div"};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], op) == 0) {
            *affine = (lnt_onnx_affine) i;
            return true;
        }
    }
    return false;
}

/* A node of a constant and a value; or the sum of two values: the later value is the input, the
 * earlier one is the skip input. */
static lnt_status read_pair(const lnt_onnx_reader *r, const lnt_onnx_node *node,
                            lnt_onnx_part *part, lnt_onnx_value **from)
{
    lnt_onnx_value *values[2];
    const lnt_onnx_tensor *constants[2];
    for (size_t k = 0; k < 2; k++) {
        values[k] = lnt_onnx_skip_identity(r, lnt_onnx_input(r, node, k));
        constants[k] = lnt_onnx_constant(r, values[k]);
    }
    if (values[0] == NULL || values[1] == NULL) {
        return lnt_onnx_fail_node(r, node, "expected two inputs");
    }
    const bool commutes = part->affine == ONNX_ADD || part->affine == ONNX_MUL;
    if (constants[1] != NULL || (constants[0] != NULL && commutes)) {
        part->kind = ONNX_AFFINE;
        part->gain = constants[1] != NULL ? constants[1] : constants[0];
        *from = constants[1] != NULL ? values[0] : values[1];
        return lnt_onnx_is_row(part->gain)
                   ? LNT_OK
                   : lnt_onnx_fail_node(r, node, "expected a row of numbers as constant");
    }
    const bool is_sum = part->affine == ONNX_ADD && constants[0] == NULL;
    if (!is_sum || values[0]->tensor != NULL || values[1]->tensor != NULL) {
        return lnt_onnx_fail_node(r, node, "no layer has this operator with such inputs");
    }
    const bool first_is_later =
        values[0]->node != NULL &&
        (values[1]->node == NULL || values[0]->node_index > values[1]->node_index);
    part->kind = ONNX_RESIDUAL;
    part->skip = values[first_is_later ? 1 : 0];
    *from = values[first_is_later ? 0 : 1];
    return LNT_OK;
}

lnt_status lnt_onnx_find_part(lnt_onnx_reader *r, lnt_onnx_value *value, lnt_onnx_part *part,
                              lnt_onnx_value **from)
{
    const lnt_onnx_node *node = value->node;
    if (lnt_onnx_part_from_group(r, value, part, from)) {
        return LNT_OK;
    }
    bool is_ml;
    const char *op = lnt_onnx_op_type(node, &is_ml);
    *part = (lnt_onnx_part){.node = node, .alpha = (double) NAN};
    if (!is_ml && affine_of(op, &part->affine)) {
        return read_pair(r, node, part, from);
    }
    LNT_TRY(lnt_onnx_part_from_operator(r, node, op, is_ml, part));
    *from = lnt_onnx_skip_identity(r, lnt_onnx_input(r, node, 0));
    return *from != NULL ? LNT_OK : lnt_onnx_fail_node(r, node, "its input is undefined");
}
