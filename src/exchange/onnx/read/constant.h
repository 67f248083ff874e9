/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_ONNX_READ_CONSTANT_H
#define LINNET_EXCHANGE_ONNX_READ_CONSTANT_H

#include "exchange/onnx/read/node.h"

/** The tensor that a Constant node is; NULL for other nodes. */
lnt_status lnt_onnx_constant_of(lnt_onnx_reader *reader, const lnt_onnx_node *node,
                                const lnt_onnx_tensor **tensor);
/** Number of elements of a constant. */
size_t lnt_onnx_n_elements(const lnt_onnx_tensor *tensor);
/** Element `i` of a constant of numbers. */
double lnt_onnx_number(const lnt_onnx_tensor *tensor, size_t i);
/** Whether it is one number, close to that one. */
bool lnt_onnx_is_number(const lnt_onnx_tensor *tensor, double number);
/** A row: whether all dimensions but the last are 1; of one number too. */
bool lnt_onnx_is_row(const lnt_onnx_tensor *tensor);

/** Whether it has as many numbers as its shape says, of a type that is known. */
bool lnt_onnx_is_valid(const lnt_onnx_tensor *tensor);

#endif
