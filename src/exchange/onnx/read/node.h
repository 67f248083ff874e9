/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_ONNX_READ_NODE_H
#define LINNET_EXCHANGE_ONNX_READ_NODE_H

#include "exchange/onnx/read/reader.h"

/** Input `i` of a node; NULL if it is absent or undefined. */
lnt_onnx_value *lnt_onnx_input(const lnt_onnx_reader *reader, const lnt_onnx_node *node, size_t i);

/** The number of inputs, without absent ones at the end. */
size_t lnt_onnx_n_inputs(const lnt_onnx_node *node);

/** The operator; "" for one of an unknown domain. `is_ml`: of the domain "ai.onnx.ml". */
const char *lnt_onnx_op_type(const lnt_onnx_node *node, bool *is_ml);

/* Attributes; a missing one has the default. */

const Lnt__Onnx__Attribute *lnt_onnx_attribute(const lnt_onnx_node *node, const char *name);
double lnt_onnx_get_float(const lnt_onnx_node *node, const char *name, double otherwise);
int64_t lnt_onnx_get_int(const lnt_onnx_node *node, const char *name, int64_t otherwise);

#endif
