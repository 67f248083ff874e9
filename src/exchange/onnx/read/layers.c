/* SPDX-License-Identifier: MIT */
#include "exchange/onnx/read/assemble.h"

#include <math.h>
#include <string.h>

/* --- numbers --- */

double *lnt_onnx_full_numbers(lnt_onnx_reader *reader, double value, size_t count)
{
    double *numbers = lnt_pool_take(&reader->pool, count, sizeof *numbers);
    for (size_t j = 0; numbers != NULL && j < count; j++) {
        numbers[j] = value;
    }
    return numbers;
}

lnt_status lnt_onnx_columns(lnt_onnx_assembler *a, const lnt_onnx_part *part,
                            const lnt_onnx_tensor *tensor, double factor, double **numbers)
{
    *numbers = NULL;
    if (tensor == NULL) {
        return LNT_OK;
    }
    const size_t count = lnt_onnx_n_elements(tensor);
    if (count != a->width && count != 1) {
        return lnt_onnx_fail_node(a->r, part->node, "has %zu numbers for %zu columns", count,
                                  a->width);
    }
    *numbers = lnt_onnx_full_numbers(a->r, factor, a->width);
    const size_t step = count > 1 ? 1 : 0;
    for (size_t j = 0; *numbers != NULL && j < a->width; j++) {
        (*numbers)[j] *= lnt_onnx_number(tensor, j * step);
    }
    return *numbers != NULL ? LNT_OK : lnt_onnx_fail_pool(a->r);
}

/* --- layers --- */

lnt_onnx_layer *lnt_onnx_append_layer(lnt_onnx_assembler *a, lnt_layer layer)
{
    lnt_onnx_layer *added = &a->net->layers[a->net->n_layers++];
    *added = (lnt_onnx_layer){.layer = layer, .inputs = a->width, .outputs = a->width};
    return added;
}

static lnt_status add_dense(lnt_onnx_assembler *a, const lnt_onnx_part *part)
{
    const lnt_onnx_tensor *w = part->weight; /* a matrix with numbers */
    const size_t inputs = (size_t) w->dims[part->transposed ? 1 : 0];
    const size_t outputs = (size_t) w->dims[part->transposed ? 0 : 1];
    if (inputs != a->width) {
        return lnt_onnx_fail_node(a->r, part->node, "takes %zu columns, and gets %zu", inputs,
                                  a->width);
    }
    lnt_onnx_layer *layer = lnt_onnx_append_layer(a, lnt_dense(outputs, LNT_IDENTITY));
    layer->outputs = a->width = outputs;
    layer->weight = w;
    layer->transposed = part->transposed;
    layer->weight_factor = part->weight_factor;
    return lnt_onnx_columns(a, part, part->bias, part->bias_factor, &layer->bias);
}

lnt_onnx_layer *lnt_onnx_fusable_layer(const lnt_onnx_assembler *a, size_t i)
{
    const size_t count = a->net->n_layers;
    return count > 0 && !a->parts->is_skip_input[i] ? &a->net->layers[count - 1] : NULL;
}

bool lnt_onnx_is_kind(const lnt_onnx_layer *layer, const char *kind)
{
    return strcmp(lnt_layer_name(&layer->layer), kind) == 0;
}

bool lnt_onnx_is_linear(const lnt_onnx_layer *layer)
{
    return lnt_onnx_is_kind(layer, "dense") && layer->layer.activation == LNT_IDENTITY;
}

static lnt_status add_activation(lnt_onnx_assembler *a, size_t i)
{
    const lnt_onnx_part *part = &a->parts->parts[i];
    lnt_onnx_layer *layer = lnt_onnx_fusable_layer(a, i);
    if (layer == NULL || !lnt_onnx_is_linear(layer)) {
        layer = lnt_onnx_append_layer(a, lnt_activation_layer(part->activation));
    }
    layer->layer.activation = part->activation;
    layer->layer.alpha = part->alpha;
    return LNT_OK;
}

static lnt_status add_prelu(lnt_onnx_assembler *a, const lnt_onnx_part *part)
{
    lnt_onnx_layer *layer = lnt_onnx_append_layer(a, lnt_prelu());
    return lnt_onnx_columns(a, part, part->gain, 1, &layer->gain);
}

static lnt_status add_norm(lnt_onnx_assembler *a, const lnt_onnx_part *part)
{
    const lnt_layer kind = part->kind == ONNX_BATCH_NORM   ? lnt_batch_norm()
                           : part->kind == ONNX_LAYER_NORM ? lnt_layer_norm()
                                                           : lnt_rms_norm();
    lnt_onnx_layer *layer = lnt_onnx_append_layer(a, kind);
    if (!(part->epsilon > 0 && isfinite(part->epsilon))) {
        return lnt_onnx_fail_node(a->r, part->node, "expected an epsilon above 0, found %g",
                                  part->epsilon);
    }
    layer->layer.epsilon = part->epsilon;
    if (part->kind == ONNX_BATCH_NORM && part->momentum > 0 && part->momentum <= 1) {
        layer->layer.momentum = part->momentum;
    }
    LNT_TRY(lnt_onnx_columns(a, part, part->gain, 1, &layer->gain));
    LNT_TRY(lnt_onnx_columns(a, part, part->bias, 1, &layer->bias));
    LNT_TRY(lnt_onnx_columns(a, part, part->mean, 1, &layer->mean));
    return lnt_onnx_columns(a, part, part->variance, 1, &layer->variance);
}

static lnt_status add_residual(lnt_onnx_assembler *a, const lnt_onnx_part *part)
{
    const size_t first = a->layer_at[part->skip->part_index], count = a->net->n_layers;
    if (first == count) {
        return lnt_onnx_fail_node(a->r, part->node, "adds a value to itself");
    }
    if (a->net->layers[first].inputs != a->width) {
        return lnt_onnx_fail_node(a->r, part->node, "adds %zu columns to %zu",
                                  a->net->layers[first].inputs, a->width);
    }
    (void) lnt_onnx_append_layer(a, lnt_residual(count - first));
    return LNT_OK;
}

lnt_status lnt_onnx_add_layer(lnt_onnx_assembler *a, size_t i)
{
    const lnt_onnx_part *part = &a->parts->parts[i];
    switch (part->kind) {
    case ONNX_DENSE:
        return add_dense(a, part);
    case ONNX_ACTIVATION:
        return add_activation(a, i);
    case ONNX_PRELU:
        return add_prelu(a, part);
    case ONNX_RESIDUAL:
        return add_residual(a, part);
    default:
        return add_norm(a, part);
    }
}
