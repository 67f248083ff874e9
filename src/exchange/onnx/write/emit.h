/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_ONNX_WRITE_EMIT_H
#define LINNET_EXCHANGE_ONNX_WRITE_EMIT_H

#include "exchange/onnx/write/build.h"

#include <linnet/io.h>

/**
 * Parts of a model as nodes. Each function gets the name of a value and returns the name of the
 * result.
 */

/**
 * Adds an activation. In f64, for which ONNX Runtime lacks most of them, it is composed of
 * operators that exist.
 */
const char *lnt_onnx_emit_activation(lnt_onnx_builder *builder, lnt_activation activation,
                                     double alpha, const char *x);

/** y = x for x > 0, else slope·x; the slope is a constant's name. */
const char *lnt_onnx_emit_prelu(lnt_onnx_builder *builder, const char *slope, const char *x);

const char *lnt_onnx_emit_net(lnt_onnx_builder *builder, lnt_net *net, const char *x);

/** Adds the input scaling of `lnt_predict`. */
const char *lnt_onnx_emit_input_scaling(lnt_onnx_builder *builder, const lnt_scaler *scaler,
                                        const char *x);

/**
 * Adds the steps after the net: the inverse link of the loss, and the original unit of the targets.
 */
const char *lnt_onnx_emit_output(lnt_onnx_builder *builder, const lnt_model *model, const char *x);

#endif
