/* SPDX-License-Identifier: MIT */
#include "exchange/onnx_layers.h"

#include "base/arena.h"
#include "exchange/onnx_format.h"

#include <math.h>
#include <string.h>

typedef struct assembler {
    lnt_onnx_reader *r;
    const lnt_onnx_parts *parts;
    lnt_onnx_net *net;
    size_t width;     /* of the value at hand */
    bool flat;        /* it has two dimensions */
    int64_t batch;    /* rows that the file asks for, or -1 */
    size_t *layer_at; /* [n_parts + 1]: layers before a part */
    size_t link;      /* the part that is the link, or n_parts */
    size_t tail;      /* first of the parts that only scale, at the end */
} assembler;

typedef lnt_onnx_part part_t;

/* --- numbers --- */

double *lnt_onnx_numbers(lnt_onnx_reader *reader, const lnt_onnx_tensor *tensor, size_t count,
                         double factor)
{
    double *numbers = lnt_pool_take(&reader->pool, count, sizeof *numbers);
    const size_t step = tensor != NULL && lnt_onnx_count(tensor) > 1 ? 1 : 0;
    for (size_t j = 0; numbers != NULL && j < count; j++) {
        numbers[j] = tensor != NULL ? factor * lnt_onnx_number(tensor, j * step) : factor;
    }
    return numbers;
}

/* The numbers of a tensor for the columns at hand; NULL stays NULL. */
static lnt_status columns(assembler *a, const part_t *part, const lnt_onnx_tensor *tensor,
                          double factor, double **numbers)
{
    *numbers = NULL;
    if (tensor == NULL) {
        return LNT_OK;
    }
    const size_t count = lnt_onnx_count(tensor);
    if (count != a->width && count != 1) {
        return lnt_onnx_fail_node(a->r, part->node, "has %zu numbers for %zu columns", count,
                                  a->width);
    }
    *numbers = lnt_onnx_numbers(a->r, tensor, a->width, factor);
    return *numbers != NULL ? LNT_OK : lnt_onnx_fail_pool(a->r);
}

void lnt_onnx_do_affine(lnt_onnx_affine affine, const lnt_onnx_tensor *constant, size_t cols,
                        double *gain, double *bias)
{
    const size_t step = lnt_onnx_count(constant) > 1 ? 1 : 0;
    for (size_t j = 0; j < cols; j++) {
        const double c = lnt_onnx_number(constant, j * step);
        switch (affine) {
        case ONNX_ADD:
            bias[j] += c;
            break;
        case ONNX_SUB:
            bias[j] -= c;
            break;
        case ONNX_MUL:
            gain[j] *= c;
            bias[j] *= c;
            break;
        default:
            gain[j] /= c;
            bias[j] /= c;
        }
    }
}

/* --- layers --- */

static lnt_status add_layer(assembler *a, lnt_layer layer, lnt_onnx_layer **added)
{
    lnt_onnx_net *net = a->net;
    lnt_onnx_layer *list = lnt_pool_grow(&a->r->pool, net->layers, net->n_layers, sizeof *list);
    if (list == NULL) {
        return lnt_onnx_fail_pool(a->r);
    }
    net->layers = list;
    *added = &list[net->n_layers++];
    **added = (lnt_onnx_layer){.layer = layer, .inputs = a->width, .outputs = a->width};
    return LNT_OK;
}

static lnt_status add_dense(assembler *a, const part_t *part)
{
    const lnt_onnx_tensor *w = part->weight; /* a matrix with numbers */
    const size_t inputs = (size_t) w->dims[part->transposed ? 1 : 0];
    const size_t outputs = (size_t) w->dims[part->transposed ? 0 : 1];
    if (inputs != a->width) {
        return lnt_onnx_fail_node(a->r, part->node, "takes %zu columns, and gets %zu", inputs,
                                  a->width);
    }
    lnt_onnx_layer *layer = NULL;
    LNT_TRY(add_layer(a, lnt_dense(outputs, LNT_IDENTITY), &layer));
    layer->outputs = a->width = outputs;
    layer->weight = w;
    layer->transposed = part->transposed;
    layer->weight_factor = part->weight_factor;
    return columns(a, part, part->bias, part->bias_factor, &layer->bias);
}

/* The newest layer if nothing comes back to what it gives out; else NULL. */
static lnt_onnx_layer *open_layer(const assembler *a, size_t i)
{
    const size_t count = a->net->n_layers;
    return count > 0 && !a->parts->starts[i] ? &a->net->layers[count - 1] : NULL;
}

static bool is_kind(const lnt_onnx_layer *layer, const char *kind)
{
    return strcmp(lnt_layer_name(&layer->layer), kind) == 0;
}

static bool is_linear(const lnt_onnx_layer *layer)
{
    return is_kind(layer, "dense") && layer->layer.activation == LNT_IDENTITY;
}

static lnt_status add_activation(assembler *a, size_t i)
{
    const part_t *part = &a->parts->parts[i];
    lnt_onnx_layer *layer = open_layer(a, i);
    if (layer == NULL || !is_linear(layer)) {
        LNT_TRY(add_layer(a, lnt_activate(part->activation), &layer));
    }
    layer->layer.activation = part->activation;
    layer->layer.alpha = part->alpha;
    return LNT_OK;
}

static lnt_status add_prelu(assembler *a, const part_t *part)
{
    lnt_onnx_layer *layer = NULL;
    LNT_TRY(add_layer(a, lnt_prelu(), &layer));
    return columns(a, part, part->gain, 1, &layer->gain);
}

static lnt_status add_norm(assembler *a, const part_t *part)
{
    const lnt_layer kind = part->kind == ONNX_BATCH_NORM   ? lnt_batch_norm()
                           : part->kind == ONNX_LAYER_NORM ? lnt_layer_norm()
                                                           : lnt_rms_norm();
    lnt_onnx_layer *layer = NULL;
    LNT_TRY(add_layer(a, kind, &layer));
    if (!(part->epsilon > 0 && isfinite(part->epsilon))) {
        return lnt_onnx_fail_node(a->r, part->node, "expected an epsilon above 0, found %g",
                                  part->epsilon);
    }
    layer->layer.epsilon = part->epsilon;
    if (part->kind == ONNX_BATCH_NORM && part->momentum > 0 && part->momentum <= 1) {
        layer->layer.momentum = part->momentum;
    }
    LNT_TRY(columns(a, part, part->gain, 1, &layer->gain));
    LNT_TRY(columns(a, part, part->bias, 1, &layer->bias));
    LNT_TRY(columns(a, part, part->mean, 1, &layer->mean));
    return columns(a, part, part->variance, 1, &layer->variance);
}

static lnt_status add_residual(assembler *a, const part_t *part)
{
    const size_t first = a->layer_at[part->back->position], count = a->net->n_layers;
    if (first == count) {
        return lnt_onnx_fail_node(a->r, part->node, "adds a value to itself");
    }
    if (a->net->layers[first].inputs != a->width) {
        return lnt_onnx_fail_node(a->r, part->node, "adds %zu columns to %zu",
                                  a->net->layers[first].inputs, a->width);
    }
    lnt_onnx_layer *layer = NULL;
    return add_layer(a, lnt_residual(count - first), &layer);
}

/* --- scaling --- */

static lnt_status open_scaling(assembler *a, lnt_onnx_scaling *scaling)
{
    if (scaling->offset == NULL) {
        scaling->cols = a->width;
        scaling->offset = lnt_onnx_numbers(a->r, NULL, a->width, 0);
        scaling->scale = lnt_onnx_numbers(a->r, NULL, a->width, 1);
    }
    return scaling->offset != NULL && scaling->scale != NULL ? LNT_OK : lnt_onnx_fail_pool(a->r);
}

/* z = (x − offset)/scale: what is done to z is undone to offset and scale. */
static void scale_input(lnt_onnx_scaling *s, lnt_onnx_affine affine,
                        const lnt_onnx_tensor *constant)
{
    const size_t step = lnt_onnx_count(constant) > 1 ? 1 : 0;
    for (size_t j = 0; j < s->cols; j++) {
        const double c = lnt_onnx_number(constant, j * step);
        switch (affine) {
        case ONNX_ADD:
            s->offset[j] -= c * s->scale[j];
            break;
        case ONNX_SUB:
            s->offset[j] += c * s->scale[j];
            break;
        case ONNX_MUL:
            s->scale[j] /= c;
            break;
        default:
            s->scale[j] *= c;
        }
    }
}

static lnt_status check_columns(const assembler *a, const part_t *part,
                                const lnt_onnx_tensor *tensor)
{
    const size_t count = tensor != NULL ? lnt_onnx_count(tensor) : 1;
    return count == 1 || (count == a->width && a->flat)
               ? LNT_OK
               : lnt_onnx_fail_node(a->r, part->node, "has %zu numbers for %zu columns", count,
                                    a->width);
}

static lnt_status scale_inputs(assembler *a, size_t i)
{
    const part_t *part = &a->parts->parts[i];
    if (a->parts->starts[i]) {
        return lnt_onnx_fail_node(a->r, part->node, "scales, and a sum goes around it");
    }
    LNT_TRY(open_scaling(a, &a->net->input));
    if (part->bias != NULL) { /* scikit-learn's: (x − offset)·scale */
        scale_input(&a->net->input, ONNX_SUB, part->bias);
        scale_input(&a->net->input, ONNX_MUL, part->gain);
    } else {
        scale_input(&a->net->input, part->affine, part->gain);
    }
    return LNT_OK;
}

/* Whether the newest layer takes a scaling over; at the end only what the layer lacks. */
static bool takes(const lnt_onnx_layer *layer, const part_t *part, bool at_end)
{
    const bool adds = part->affine == ONNX_ADD || part->affine == ONNX_SUB;
    const bool has_bias = !is_kind(layer, "rms_norm"), is_norm = has_bias && layer->mean == NULL;
    const bool is_row_norm = (is_norm && is_kind(layer, "layer_norm")) || !has_bias;
    if (!is_linear(layer) && !is_row_norm && !is_kind(layer, "batch_norm")) {
        return false;
    }
    if (adds) {
        return has_bias && (!at_end || layer->bias == NULL);
    }
    return !at_end || (is_row_norm && layer->gain == NULL && layer->bias == NULL);
}

static lnt_status scale_layer(assembler *a, lnt_onnx_layer *layer, const part_t *part)
{
    const bool adds = part->affine == ONNX_ADD || part->affine == ONNX_SUB;
    double *gain = layer->gain, *bias = layer->bias;
    if (gain == NULL) {
        gain = lnt_onnx_numbers(a->r, NULL, a->width, 1);
    }
    if (bias == NULL) {
        bias = lnt_onnx_numbers(a->r, NULL, a->width, 0);
    }
    if (gain == NULL || bias == NULL) {
        return lnt_onnx_fail_pool(a->r);
    }
    lnt_onnx_do_affine(part->affine, part->gain, a->width, gain, bias);
    layer->gain = adds ? layer->gain : gain;
    layer->bias = adds || layer->bias != NULL ? bias : NULL;
    return LNT_OK;
}

static lnt_status add_affine(assembler *a, size_t i)
{
    const part_t *part = &a->parts->parts[i];
    LNT_TRY(check_columns(a, part, part->gain));
    LNT_TRY(check_columns(a, part, part->bias));
    if (a->net->n_layers == 0 && a->link >= i) {
        return scale_inputs(a, i);
    }
    lnt_onnx_layer *layer = a->link < i || a->net->target.offset != NULL ? NULL : open_layer(a, i);
    const bool at_end = i >= a->tail;
    if (part->bias == NULL && layer != NULL && takes(layer, part, at_end && a->link >= i)) {
        return scale_layer(a, layer, part);
    }
    const bool plain = a->net->loss == LNT_LOSS_MSE || a->net->loss == LNT_LOSS_POISSON;
    if (!at_end || !plain || part->bias != NULL) {
        return lnt_onnx_fail_node(a->r, part->node,
                                  "scales where neither a layer nor a scaler can do it");
    }
    LNT_TRY(open_scaling(a, &a->net->target));
    lnt_onnx_do_affine(part->affine, part->gain, a->width, a->net->target.scale,
                       a->net->target.offset);
    return LNT_OK;
}

/* --- shapes --- */

static lnt_status check_flatten(assembler *a, size_t i)
{
    const part_t *part = &a->parts->parts[i];
    const int64_t rows = part->shape[0], cols = part->shape[1];
    const bool right_rows =
        rows == -1 || (rows == 0 && !part->keeps_zero) || (rows == a->batch && rows > 0);
    const bool right_cols = cols == -1 ? rows != -1 : cols > 0 && (uint64_t) cols == a->width;
    if (!right_rows || !right_cols) {
        return lnt_onnx_fail_node(a->r, part->node, "reshapes to [%jd, %jd], expected [-1, %zu]",
                                  (intmax_t) rows, (intmax_t) cols, a->width);
    }
    if (!a->flat && a->parts->starts[i]) {
        return lnt_onnx_fail_node(a->r, part->node, "flattens, and a sum goes around it");
    }
    a->flat = true;
    return LNT_OK;
}

static lnt_status check_squeeze(const assembler *a, size_t i)
{
    return a->width == 1 && i + 1 == a->parts->n_parts
               ? LNT_OK
               : lnt_onnx_fail_node(a->r, a->parts->parts[i].node,
                                    "expected a single column, and nothing behind it");
}

/* --- links --- */

static bool only_shapes(lnt_onnx_kind kind)
{
    return kind == ONNX_FLATTEN || kind == ONNX_SQUEEZE;
}

/* The newest part before `end` that changes a value; LNT_ONNX_NOWHERE if there is none. */
static size_t part_before(const assembler *a, size_t end, bool skip_affine)
{
    while (end > 0) {
        const lnt_onnx_kind kind = a->parts->parts[--end].kind;
        if (!only_shapes(kind) && !(skip_affine && kind == ONNX_AFFINE)) {
            return end;
        }
    }
    return LNT_ONNX_NOWHERE;
}

static bool is_sigmoid(const assembler *a, size_t i)
{
    return i != LNT_ONNX_NOWHERE && a->parts->parts[i].kind == ONNX_ACTIVATION &&
           a->parts->parts[i].activation == LNT_SIGMOID;
}

/* Finds what the graph ends with. */
static void find_link(assembler *a, const lnt_loss_kind *declared)
{
    const size_t count = a->parts->n_parts, last = part_before(a, count, true);
    a->link = count;
    a->tail = last == LNT_ONNX_NOWHERE ? 0 : last + 1;
    if (last == LNT_ONNX_NOWHERE) {
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

static lnt_status end_gaussian(assembler *a, const part_t *part)
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
    a->width = k; /* of the scaler */
    double *deviation;
    target->cols = k;
    LNT_TRY(columns(a, part, part->gain, 1, &target->scale));
    LNT_TRY(columns(a, part, part->bias, 1, &target->offset));
    LNT_TRY(columns(a, part, part->deviation, 1, &deviation));
    a->width = 2 * k;
    for (size_t j = 0; j < k; j++) {
        if (deviation[j] != fabs(target->scale[j])) {
            return lnt_onnx_fail_node(a->r, part->node, "scales means and deviations differently");
        }
    }
    return LNT_OK;
}

/* --- all parts --- */

static lnt_status add_part(assembler *a, size_t i)
{
    const part_t *part = &a->parts->parts[i];
    const bool is_pair = part->kind == ONNX_PAIR && i > a->link && a->link != a->parts->n_parts;
    if (!a->flat && part->kind != ONNX_FLATTEN && part->kind != ONNX_AFFINE) {
        return lnt_onnx_fail_node(a->r, part->node,
                                  "expected rows of columns; the input has more dimensions");
    }
    if (i == a->link) {
        return part->kind == ONNX_GAUSSIAN ? end_gaussian(a, part) : LNT_OK;
    }
    switch (part->kind) {
    case ONNX_DENSE:
        return add_dense(a, part);
    case ONNX_ACTIVATION:
        return add_activation(a, i);
    case ONNX_PRELU:
        return add_prelu(a, part);
    case ONNX_BATCH_NORM:
    case ONNX_LAYER_NORM:
    case ONNX_RMS_NORM:
        return add_norm(a, part);
    case ONNX_RESIDUAL:
        return add_residual(a, part);
    case ONNX_AFFINE:
        return add_affine(a, i);
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

/* How many columns the parts say that the input has; 0: they do not. */
static size_t cols_of_parts(const lnt_onnx_parts *parts)
{
    for (size_t i = 0; i < parts->n_parts; i++) {
        const part_t *part = &parts->parts[i];
        if (part->kind == ONNX_DENSE) {
            return (size_t) part->weight->dims[part->transposed ? 1 : 0];
        }
        if (part->gain != NULL && lnt_onnx_count(part->gain) > 1) {
            return lnt_onnx_count(part->gain);
        }
    }
    return 0;
}

/* Of the weights; without any, of the input. */
static lnt_dtype dtype_of(const assembler *a)
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

static lnt_status begin(assembler *a)
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
    return a->layer_at != NULL ? LNT_OK : lnt_onnx_fail_pool(a->r);
}

lnt_status lnt_onnx_assemble(lnt_onnx_reader *reader, const lnt_onnx_parts *parts,
                             const lnt_loss_kind *declared, lnt_onnx_net *net)
{
    *net = (lnt_onnx_net){.loss = LNT_LOSS_MSE};
    assembler a = {.r = reader, .parts = parts, .net = net};
    LNT_TRY(begin(&a));
    find_link(&a, declared);
    for (size_t i = 0; i < parts->n_parts; i++) {
        a.layer_at[i] = net->n_layers;
        LNT_TRY(add_part(&a, i));
    }
    net->outputs = a.width;
    if (net->n_layers == 0) {
        lnt_onnx_layer *layer = NULL;
        LNT_TRY(add_layer(&a, lnt_activate(LNT_IDENTITY), &layer));
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
