/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_ONNX_READ_CONSTANT_H
#define LINNET_EXCHANGE_ONNX_READ_CONSTANT_H

#include "exchange/onnx/read/node.h"

/** The tensor of a Constant node; NULL for other nodes. */
lnt_status lnt_onnx_constant_of(lnt_onnx_reader *reader, const lnt_onnx_node *node,
                                const lnt_onnx_tensor **tensor);
/** Number of elements of a constant. */
size_t lnt_onnx_n_elements(const lnt_onnx_tensor *tensor);
/** Element `i` of a constant of numbers. */
double lnt_onnx_number(const lnt_onnx_tensor *tensor, size_t i);
/** Whether it is a single number, close to `number`. */
bool lnt_onnx_is_number(const lnt_onnx_tensor *tensor, double number);
/** Whether it is a row: all dimensions but the last are 1; a single number is a row, too. */
bool lnt_onnx_is_row(const lnt_onnx_tensor *tensor);

/** Whether it has as many numbers as its shape, of a supported type. */
bool lnt_onnx_is_valid(const lnt_onnx_tensor *tensor);

#endif
