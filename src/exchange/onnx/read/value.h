/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_ONNX_READ_VALUE_H
#define LINNET_EXCHANGE_ONNX_READ_VALUE_H

#include "exchange/onnx/read/constant.h"

/** Past nodes that leave a value as it is: Identity, Dropout, Cast between floats. */
lnt_onnx_value *lnt_onnx_skip_identity(const lnt_onnx_reader *reader, lnt_onnx_value *value);

/**
 * The tensor that a value is; NULL if it depends on the model's input, or its numbers are not as
 * many as its shape says, or of no type that is known.
 */
const lnt_onnx_tensor *lnt_onnx_constant(const lnt_onnx_reader *reader, lnt_onnx_value *value);

#endif
