/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_ONNX_WRITE_BUILD_H
#define LINNET_EXCHANGE_ONNX_WRITE_BUILD_H

#include "exchange/onnx/onnx.pb-c.h"
#include "exchange/onnx/pool.h"

#include <linnet/tensor.h>

/**
 * A graph that is built node by node. Values are identified by their names. An error is stored in
 * the pool's status; the names returned after it are "". All memory is the pool's; tensors point to
 * the caller's numbers, which must stay valid until the graph is written.
 */
typedef struct lnt_onnx_builder {
    lnt_pool pool;
    lnt_dtype dtype; /* of all numbers in the graph */
    Lnt__Onnx__Graph graph;
    const char *prefix; /* of the names of nodes and constants, such as "layers.0" */
    size_t step;        /* number of names under this prefix */
} lnt_onnx_builder;

/** Starts a part of the graph. `prefix` must outlive the builder, or be of the pool. */
void lnt_onnx_set_prefix(lnt_onnx_builder *builder, const char *prefix);

/** Adds a node of up to three inputs (NULL: no more) and one output; returns the output's name. */
const char *lnt_onnx_add_node(lnt_onnx_builder *builder, const char *op, const char *a,
                              const char *b, const char *c);

/** Adds a node of any number of inputs. */
const char *lnt_onnx_add_node_n(lnt_onnx_builder *builder, const char *op,
                                const char *const *inputs, size_t n_inputs);

/** Attributes of the newest node. */
void lnt_onnx_put_float(lnt_onnx_builder *builder, const char *name, double value);
void lnt_onnx_put_int(lnt_onnx_builder *builder, const char *name, int64_t value);
void lnt_onnx_put_ints(lnt_onnx_builder *builder, const char *name, int64_t value);

/** Constants of the graph's dtype: a number, a vector that is copied, one of all the same. */
const char *lnt_onnx_scalar(lnt_onnx_builder *builder, double value);
const char *lnt_onnx_vector(lnt_onnx_builder *builder, const char *name, const double *values,
                            size_t count);
const char *lnt_onnx_full(lnt_onnx_builder *builder, const char *name, double value, size_t count);
/** A vector as a matrix with one column. */
const char *lnt_onnx_column(lnt_onnx_builder *builder, const char *name, const double *values,
                            size_t count);
const char *lnt_onnx_int(lnt_onnx_builder *builder, int64_t value);

/** A parameter: row-major and dense, of the graph's dtype; a vector unless it is a `matrix`. */
const char *lnt_onnx_parameter(lnt_onnx_builder *builder, const char *name, const lnt_tensor *value,
                               bool matrix);

/** Declares the graph's input or output [batch, cols]. */
Lnt__Onnx__ValueInfo *lnt_onnx_declare_value(lnt_onnx_builder *builder, const char *name,
                                             size_t cols);

#endif
