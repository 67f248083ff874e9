/* SPDX-License-Identifier: MIT */
#include "exchange/onnx/read/assemble.h"

#include <math.h>

static bool only_shapes(lnt_onnx_kind kind)
{
    return kind == ONNX_FLATTEN || kind == ONNX_SQUEEZE;
}

/* The last part before `end` that changes a value; LNT_ONNX_NO_PART if there is none. */
static size_t part_before(const lnt_onnx_assembler *a, size_t end, bool skip_affine)
{
    while (end > 0) {
        const lnt_onnx_kind kind = a->parts->parts[--end].kind;
        if (!only_shapes(kind) && !(skip_affine && kind == ONNX_AFFINE)) {
            return end;
        }
    }
    return LNT_ONNX_NO_PART;
}

static bool is_sigmoid(const lnt_onnx_assembler *a, size_t i)
{
    return i != LNT_ONNX_NO_PART && a->parts->parts[i].kind == ONNX_ACTIVATION &&
           a->parts->parts[i].activation == LNT_SIGMOID;
}

void lnt_onnx_find_link(lnt_onnx_assembler *a, const lnt_loss_kind *declared)
{
    const size_t count = a->parts->n_parts, last = part_before(a, count, true);
    a->link = count;
    a->tail = last == LNT_ONNX_NO_PART ? 0 : last + 1;
    if (last == LNT_ONNX_NO_PART) {
        return;
    }
    const lnt_onnx_kind kind = a->parts->parts[last].kind;
    const bool may_be_sigmoid = declared == NULL || *declared == LNT_LOSS_BINARY_CROSS_ENTROPY;
    if (kind == ONNX_SOFTMAX || kind == ONNX_EXP || kind == ONNX_GAUSSIAN) {
        a->link = last;
        a->net->loss = kind == ONNX_SOFTMAX ? LNT_LOSS_SOFTMAX_CROSS_ENTROPY
                       : kind == ONNX_EXP   ? LNT_LOSS_POISSON
                                            : LNT_LOSS_GAUSSIAN;
    } else if (kind == ONNX_PAIR && is_sigmoid(a, part_before(a, last, false))) {
        a->link = part_before(a, last, false);
        a->net->loss = LNT_LOSS_BINARY_CROSS_ENTROPY;
    } else if (may_be_sigmoid && is_sigmoid(a, part_before(a, count, false))) {
        a->link = last;
        a->net->loss = LNT_LOSS_BINARY_CROSS_ENTROPY;
    }
}

lnt_status lnt_onnx_read_gaussian(lnt_onnx_assembler *a, const lnt_onnx_part *part)
{
    const size_t k = (size_t) part->shape[0];
    lnt_onnx_scaling *target = &a->net->target;
    if (a->width % 2 != 0 || a->width / 2 != k) {
        return lnt_onnx_fail_node(a->r, part->node, "takes %zu means of %zu columns", k, a->width);
    }
    a->net->epsilon = part->epsilon;
    if (!(part->epsilon >= 0 && isfinite(part->epsilon))) {
        return lnt_onnx_fail_node(a->r, part->node, "adds %g to a variance", part->epsilon);
    }
    if (part->gain == NULL) {
        return LNT_OK;
    }
    a->width = k; /* the columns of the scaler */
    double *deviation;
    target->cols = k;
    LNT_TRY(lnt_onnx_columns(a, part, part->gain, 1, &target->scale));
    LNT_TRY(lnt_onnx_columns(a, part, part->bias, 1, &target->offset));
    LNT_TRY(lnt_onnx_columns(a, part, part->deviation, 1, &deviation));
    a->width = 2 * k;
    for (size_t j = 0; j < k; j++) {
        if (deviation[j] != fabs(target->scale[j])) {
            return lnt_onnx_fail_node(a->r, part->node, "scales means and deviations differently");
        }
    }
    return LNT_OK;
}
