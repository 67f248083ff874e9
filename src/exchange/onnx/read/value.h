/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_ONNX_READ_VALUE_H
#define LINNET_EXCHANGE_ONNX_READ_VALUE_H

#include "exchange/onnx/read/constant.h"

/** Skips nodes that do not change a value: Identity, Dropout, Cast between floats. */
lnt_onnx_value *lnt_onnx_skip_identity(const lnt_onnx_reader *reader, lnt_onnx_value *value);

/**
 * The tensor of a constant value; NULL if it depends on the model's input, or is not a valid tensor
 * of a supported type.
 */
const lnt_onnx_tensor *lnt_onnx_constant(const lnt_onnx_reader *reader, lnt_onnx_value *value);

#endif
