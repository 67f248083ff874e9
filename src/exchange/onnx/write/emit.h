/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_ONNX_WRITE_EMIT_H
#define LINNET_EXCHANGE_ONNX_WRITE_EMIT_H

#include "exchange/onnx/write/build.h"

#include <linnet/io.h>

/** Parts of a model as nodes. Each takes the name of a value and returns that of its result. */

/**
 * An activation of `cols` columns. In f64, where ONNX Runtime has no kernels for most of them, by
 * operators for which it has.
 */
const char *lnt_onnx_emit_activation(lnt_onnx_builder *builder, lnt_activation activation,
                                     double alpha, const char *x);

/** y = x for x > 0, else slope·x; the slope is a constant's name. */
const char *lnt_onnx_emit_prelu(lnt_onnx_builder *builder, const char *slope, const char *x);

const char *lnt_onnx_emit_net(lnt_onnx_builder *builder, lnt_net *net, const char *x);

/** What `lnt_predict` does before the net. */
const char *lnt_onnx_emit_input_scaling(lnt_onnx_builder *builder, const lnt_scaler *scaler, const char *x);

/** What it does behind it: the loss's link, and the targets' own unit. */
const char *lnt_onnx_emit_output(lnt_onnx_builder *builder, const lnt_model *model, const char *x);

#endif
