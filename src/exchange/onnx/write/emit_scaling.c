/* SPDX-License-Identifier: MIT */
#include "exchange/onnx/write/emit.h"

#include <math.h>
#include <string.h>

/* Linnet scales in double, but accelerators often have no doubles. So in f32 an offset is the sum
 * of a float and its rounding error: x − high is exact if the two are close, which is where the
 * rounding error matters. */
const char *lnt_onnx_emit_input_scaling(lnt_onnx_builder *b, const lnt_scaler *scaler,
                                        const char *x)
{
    if (scaler == NULL) {
        return x;
    }
    lnt_onnx_set_prefix(b, "input");
    const size_t cols = lnt_scaler_cols(scaler);
    const double *offset = lnt_scaler_offset(scaler);
    double *low = lnt_pool_take(&b->pool, cols, sizeof *low);
    bool exact = true;
    for (size_t j = 0; low != NULL && b->dtype == LNT_F32 && j < cols; j++) {
        low[j] = offset[j] - (double) (float) offset[j];
        exact = exact && low[j] == 0;
    }
    x = lnt_onnx_add_node(b, "Sub", x, lnt_onnx_vector(b, "offset", offset, cols), NULL);
    if (!exact) {
        x = lnt_onnx_add_node(b, "Sub", x, lnt_onnx_vector(b, "offset_rest", low, cols), NULL);
    }
    const char *scale = lnt_onnx_vector(b, "scale", lnt_scaler_scale(scaler), cols);
    return lnt_onnx_add_node(b, "Div", x, scale, NULL);
}

static const char *unscale(lnt_onnx_builder *b, const lnt_scaler *scaler, const char *x)
{
    const size_t cols = lnt_scaler_cols(scaler);
    const char *scale = lnt_onnx_vector(b, "scale", lnt_scaler_scale(scaler), cols);
    const char *offset = lnt_onnx_vector(b, "offset", lnt_scaler_offset(scaler), cols);
    return lnt_onnx_add_node(b, "Add", lnt_onnx_add_node(b, "Mul", x, scale, NULL), offset, NULL);
}

/* Standard deviations have a scale but no offset. */
static const char *unscale_deviation(lnt_onnx_builder *b, const lnt_scaler *scaler, const char *x)
{
    const size_t cols = lnt_scaler_cols(scaler);
    double *scale = lnt_pool_take(&b->pool, cols, sizeof *scale);
    for (size_t j = 0; scale != NULL && j < cols; j++) {
        scale[j] = fabs(lnt_scaler_scale(scaler)[j]);
    }
    return scale != NULL
               ? lnt_onnx_add_node(b, "Mul", x, lnt_onnx_vector(b, "scale", scale, cols), NULL)
               : "";
}

static const char *columns(lnt_onnx_builder *b, const char *x, size_t first, size_t end)
{
    const char *const inputs[] = {x, lnt_onnx_int(b, (int64_t) first),
                                  lnt_onnx_int(b, (int64_t) end), lnt_onnx_int(b, 1)};
    return lnt_onnx_add_node_n(b, "Slice", inputs, 4);
}

/* k means, then k numbers s: the deviation is √(softplus(s) + epsilon). */
static const char *gaussian(lnt_onnx_builder *b, const lnt_model *model, const char *x)
{
    const size_t k = lnt_net_outputs(model->net) / 2;
    const char *mean = columns(b, x, 0, k);
    const char *s = lnt_onnx_emit_activation(b, LNT_SOFTPLUS, 0, columns(b, x, k, 2 * k));
    s = lnt_onnx_add_node(b, "Add", s, lnt_onnx_scalar(b, model->loss.epsilon), NULL);
    s = lnt_onnx_add_node(b, "Sqrt", s, NULL, NULL);
    if (model->target_scaler != NULL) {
        mean = unscale(b, model->target_scaler, mean);
        s = unscale_deviation(b, model->target_scaler, s);
    }
    const char *y = lnt_onnx_add_node(b, "Concat", mean, s, NULL);
    lnt_onnx_put_int(b, "axis", 1);
    return y;
}

static const char *link(lnt_onnx_builder *b, lnt_loss_kind loss, const char *x)
{
    if (loss == LNT_LOSS_SOFTMAX_CROSS_ENTROPY) {
        x = lnt_onnx_add_node(b, "Softmax", x, NULL, NULL);
        lnt_onnx_put_int(b, "axis", 1);
        return x;
    }
    return loss == LNT_LOSS_BINARY_CROSS_ENTROPY ? lnt_onnx_add_node(b, "Sigmoid", x, NULL, NULL)
           : loss == LNT_LOSS_POISSON            ? lnt_onnx_add_node(b, "Exp", x, NULL, NULL)
                                                 : x;
}

const char *lnt_onnx_emit_output(lnt_onnx_builder *b, const lnt_model *model, const char *x)
{
    lnt_onnx_set_prefix(b, "output");
    if (model->loss.kind == LNT_LOSS_GAUSSIAN) {
        return gaussian(b, model, x);
    }
    x = link(b, model->loss.kind, x);
    return model->target_scaler != NULL ? unscale(b, model->target_scaler, x) : x;
}
