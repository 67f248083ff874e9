/* SPDX-License-Identifier: MIT */
#include "exchange/onnx/read/assemble.h"

/* z = gain·x + bias, and then x + c, x − c, x·c or x/c. */
static void apply_affine(lnt_onnx_affine affine, const lnt_onnx_tensor *constant, size_t cols,
                         double *gain, double *bias)
{
    const size_t step = lnt_onnx_n_elements(constant) > 1 ? 1 : 0;
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

static lnt_status init_scaling(lnt_onnx_assembler *a, lnt_onnx_scaling *scaling)
{
    if (scaling->offset == NULL) {
        scaling->cols = a->width;
        scaling->offset = lnt_onnx_full_numbers(a->r, 0, a->width);
        scaling->scale = lnt_onnx_full_numbers(a->r, 1, a->width);
    }
    return scaling->offset != NULL && scaling->scale != NULL ? LNT_OK : lnt_onnx_fail_pool(a->r);
}

/* z = (x − offset)/scale: applies the operation on z to offset and scale. */
static void scale_input(lnt_onnx_scaling *s, lnt_onnx_affine affine,
                        const lnt_onnx_tensor *constant)
{
    const size_t step = lnt_onnx_n_elements(constant) > 1 ? 1 : 0;
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

static lnt_status check_columns(const lnt_onnx_assembler *a, const lnt_onnx_part *part,
                                const lnt_onnx_tensor *tensor)
{
    const size_t count = tensor != NULL ? lnt_onnx_n_elements(tensor) : 1;
    return count == 1 || (count == a->width && a->flat)
               ? LNT_OK
               : lnt_onnx_fail_node(a->r, part->node, "has %zu numbers for %zu columns", count,
                                    a->width);
}

static lnt_status scale_inputs(lnt_onnx_assembler *a, size_t i)
{
    const lnt_onnx_part *part = &a->parts->parts[i];
    if (a->parts->is_skip_input[i]) {
        return lnt_onnx_fail_node(a->r, part->node, "scales, and a sum goes around it");
    }
    LNT_TRY(init_scaling(a, &a->net->input));
    if (part->bias != NULL) { /* scikit-learn's: (x − offset)·scale */
        scale_input(&a->net->input, ONNX_SUB, part->bias);
        scale_input(&a->net->input, ONNX_MUL, part->gain);
    } else {
        scale_input(&a->net->input, part->affine, part->gain);
    }
    return LNT_OK;
}

/* Whether the last layer can absorb a scaling; at the end of the net, only into numbers that it
 * does not have yet. */
static bool can_absorb(const lnt_onnx_layer *layer, const lnt_onnx_part *part, bool at_end)
{
    const bool is_rms = lnt_onnx_is_kind(layer, "rms_norm");
    const bool is_row_norm = is_rms || lnt_onnx_is_kind(layer, "layer_norm");
    if (!is_row_norm && !lnt_onnx_is_linear(layer) && !lnt_onnx_is_kind(layer, "batch_norm")) {
        return false;
    }
    if (part->affine == ONNX_ADD || part->affine == ONNX_SUB) {
        return !is_rms && (!at_end || layer->bias == NULL);
    }
    return !at_end || (is_row_norm && layer->gain == NULL && layer->bias == NULL);
}

static lnt_status scale_layer(lnt_onnx_assembler *a, lnt_onnx_layer *layer,
                              const lnt_onnx_part *part)
{
    const bool adds = part->affine == ONNX_ADD || part->affine == ONNX_SUB;
    double *gain = layer->gain, *bias = layer->bias;
    if (gain == NULL) {
        gain = lnt_onnx_full_numbers(a->r, 1, a->width);
    }
    if (bias == NULL) {
        bias = lnt_onnx_full_numbers(a->r, 0, a->width);
    }
    if (gain == NULL || bias == NULL) {
        return lnt_onnx_fail_pool(a->r);
    }
    apply_affine(part->affine, part->gain, a->width, gain, bias);
    layer->gain = adds ? layer->gain : gain;
    layer->bias = adds || layer->bias != NULL ? bias : NULL;
    return LNT_OK;
}

lnt_status lnt_onnx_add_affine(lnt_onnx_assembler *a, size_t i)
{
    const lnt_onnx_part *part = &a->parts->parts[i];
    LNT_TRY(check_columns(a, part, part->gain));
    LNT_TRY(check_columns(a, part, part->bias));
    if (a->net->n_layers == 0 && a->link >= i) {
        return scale_inputs(a, i);
    }
    lnt_onnx_layer *layer =
        a->link < i || a->net->target.offset != NULL ? NULL : lnt_onnx_fusable_layer(a, i);
    const bool at_end = i >= a->tail;
    if (part->bias == NULL && layer != NULL && can_absorb(layer, part, at_end)) {
        return scale_layer(a, layer, part);
    }
    const bool plain = a->net->loss == LNT_LOSS_MSE || a->net->loss == LNT_LOSS_POISSON;
    if (!at_end || !plain || part->bias != NULL) {
        return lnt_onnx_fail_node(a->r, part->node,
                                  "scales where neither a layer nor a scaler can do it");
    }
    LNT_TRY(init_scaling(a, &a->net->target));
    apply_affine(part->affine, part->gain, a->width, a->net->target.scale, a->net->target.offset);
    return LNT_OK;
}
