/* SPDX-License-Identifier: MIT */
#include "exchange/onnx/read/assemble.h"

#include "base/arena.h"
#include "exchange/onnx/format.h"

/* --- shapes --- */

static lnt_status check_flatten(lnt_onnx_assembler *a, size_t i)
{
    const lnt_onnx_part *part = &a->parts->parts[i];
    const int64_t rows = part->shape[0], cols = part->shape[1];
    const bool right_rows =
        rows == -1 || (rows == 0 && !part->keeps_zero) || (rows == a->batch && rows > 0);
    const bool right_cols = cols == -1 ? rows != -1 : cols > 0 && (uint64_t) cols == a->width;
    if (!right_rows || !right_cols) {
        return lnt_onnx_fail_node(a->r, part->node, "reshapes to [%jd, %jd], expected [-1, %zu]",
                                  (intmax_t) rows, (intmax_t) cols, a->width);
    }
    if (!a->flat && a->parts->is_skip_input[i]) {
        return lnt_onnx_fail_node(a->r, part->node, "flattens, and a sum goes around it");
    }
    a->flat = true;
    return LNT_OK;
}

static lnt_status check_squeeze(const lnt_onnx_assembler *a, size_t i)
{
    return a->width == 1 && i + 1 == a->parts->n_parts
               ? LNT_OK
               : lnt_onnx_fail_node(a->r, a->parts->parts[i].node,
                                    "expected a single column, and nothing after it");
}

/* --- all parts --- */

static lnt_status add_part(lnt_onnx_assembler *a, size_t i)
{
    const lnt_onnx_part *part = &a->parts->parts[i];
    const bool is_pair = part->kind == ONNX_PAIR && i > a->link && a->link != a->parts->n_parts;
    if (!a->flat && part->kind != ONNX_FLATTEN && part->kind != ONNX_AFFINE) {
        return lnt_onnx_fail_node(a->r, part->node,
                                  "expected rows of columns; the input has more dimensions");
    }
    if (i == a->link) {
        return part->kind == ONNX_GAUSSIAN ? lnt_onnx_read_gaussian(a, part) : LNT_OK;
    }
    switch (part->kind) {
    case ONNX_DENSE:
    case ONNX_ACTIVATION:
    case ONNX_PRELU:
    case ONNX_BATCH_NORM:
    case ONNX_LAYER_NORM:
    case ONNX_RMS_NORM:
    case ONNX_RESIDUAL:
        return lnt_onnx_add_layer(a, i);
    case ONNX_AFFINE:
        return lnt_onnx_add_affine(a, i);
    case ONNX_FLATTEN:
        return check_flatten(a, i);
    case ONNX_SQUEEZE:
        return check_squeeze(a, i);
    default:
        return is_pair && a->width == 1
                   ? LNT_OK
                   : lnt_onnx_fail_node(a->r, part->node, "expected at the end of the model only");
    }
}

/* The number of input columns according to the parts; 0: unknown. */
static size_t cols_of_parts(const lnt_onnx_parts *parts)
{
    for (size_t i = 0; i < parts->n_parts; i++) {
        const lnt_onnx_part *part = &parts->parts[i];
        if (part->kind == ONNX_DENSE) {
            return (size_t) part->weight->dims[part->transposed ? 1 : 0];
        }
        if (part->gain != NULL && lnt_onnx_n_elements(part->gain) > 1) {
            return lnt_onnx_n_elements(part->gain);
        }
    }
    return 0;
}

/* The dtype of the weights; without weights, of the input. */
static lnt_dtype dtype_of(const lnt_onnx_assembler *a)
{
    const Lnt__Onnx__Type *type = a->r->input->type;
    bool is_double =
        type != NULL && type->tensor_type != NULL && type->tensor_type->elem_type == ONNX_DOUBLE;
    bool has_weights = false;
    for (size_t i = 0; i < a->parts->n_parts; i++) {
        const lnt_onnx_tensor *weight = a->parts->parts[i].weight;
        if (weight != NULL) {
            is_double = weight->data_type == ONNX_DOUBLE || (has_weights && is_double);
            has_weights = true;
        }
    }
    return is_double ? LNT_F64 : LNT_F32;
}

static lnt_status begin(lnt_onnx_assembler *a)
{
    size_t rank;
    LNT_TRY(lnt_onnx_input_shape(a->r, &rank, &a->batch, &a->net->inputs));
    if (a->net->inputs == 0) {
        a->net->inputs = cols_of_parts(a->parts);
    }
    if (a->net->inputs == 0) {
        return lnt_onnx_fail(a->r, "does not say how many columns its input has");
    }
    a->width = a->net->inputs;
    a->flat = rank == 2;
    a->net->dtype = dtype_of(a);
    a->layer_at = lnt_pool_take(&a->r->pool, a->parts->n_parts + 1, sizeof *a->layer_at);
    a->net->layers = lnt_pool_take(&a->r->pool, a->parts->n_parts + 1, sizeof *a->net->layers);
    return a->layer_at != NULL && a->net->layers != NULL ? LNT_OK : lnt_onnx_fail_pool(a->r);
}

lnt_status lnt_onnx_assemble(lnt_onnx_reader *reader, const lnt_onnx_parts *parts,
                             const lnt_loss_kind *declared, lnt_onnx_net *net)
{
    *net = (lnt_onnx_net){.loss = LNT_LOSS_MSE};
    lnt_onnx_assembler a = {.r = reader, .parts = parts, .net = net};
    LNT_TRY(begin(&a));
    lnt_onnx_find_link(&a, declared);
    for (size_t i = 0; i < parts->n_parts; i++) {
        a.layer_at[i] = net->n_layers;
        LNT_TRY(add_part(&a, i));
    }
    net->outputs = a.width;
    if (net->n_layers == 0) {
        (void) lnt_onnx_append_layer(&a, lnt_activation_layer(LNT_IDENTITY));
    }
    return LNT_OK;
}

lnt_status lnt_onnx_input_shape(const lnt_onnx_reader *reader, size_t *rank, int64_t *batch,
                                size_t *cols)
{
    const Lnt__Onnx__Type *type = reader->input->type;
    const Lnt__Onnx__Shape *shape =
        type != NULL && type->tensor_type != NULL ? type->tensor_type->shape : NULL;
    *rank = shape != NULL ? shape->n_dim : 2;
    *batch = -1;
    *cols = shape != NULL ? 1 : 0;
    if (*rank < 2) {
        return lnt_onnx_fail(reader, "its input has %zu dimensions, expected rows and columns",
                             *rank);
    }
    for (size_t k = 0; shape != NULL && k < *rank; k++) {
        const Lnt__Onnx__Dimension *dim = shape->dim[k];
        const bool known = dim->has_dim_value && dim->dim_value > 0;
        if (k == 0) {
            *batch = known ? dim->dim_value : -1;
        } else if (!known) {
            *cols = 0;
        } else if (!lnt_multiply(*cols, (size_t) dim->dim_value, cols)) {
            return lnt_onnx_fail(reader, "its input has more columns than memory has bytes");
        }
    }
    return LNT_OK;
}
