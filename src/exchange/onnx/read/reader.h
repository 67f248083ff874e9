/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_ONNX_READ_READER_H
#define LINNET_EXCHANGE_ONNX_READ_READER_H

#include "exchange/onnx/onnx.pb-c.h"
#include "exchange/onnx/pool.h"

#include <linnet/status.h>
#include <stdint.h>

typedef Lnt__Onnx__Node lnt_onnx_node;
typedef Lnt__Onnx__Tensor lnt_onnx_tensor;

/** A value of a graph: the model's input, a tensor of the file, or the output of a node. */
typedef struct lnt_onnx_value {
    const char *name;
    const lnt_onnx_tensor *tensor; /* of a constant, else NULL */
    const lnt_onnx_node *node;     /* that computes it, or NULL */
    size_t node_index;             /* index of the node in the file */
    size_t output;                 /* index of the node's output */
    size_t part_index;             /* set by the walk; see part.h */
} lnt_onnx_value;

#define LNT_ONNX_NO_PART SIZE_MAX

/** The state of reading a file. All memory comes from the pool. */
typedef struct lnt_onnx_reader {
    const char *path;
    const lnt_allocator *allocator;
    lnt_error *error;
    lnt_pool pool;
    const Lnt__Onnx__Model *model;
    const Lnt__Onnx__Graph *graph;
    const Lnt__Onnx__ValueInfo *input;
    lnt_onnx_value *values;
    size_t n_values;
    size_t *order; /* [n_values]: by name */
} lnt_onnx_reader;

/** Fails with "PATH: message", `LNT_ERR_FORMAT`. */
lnt_status lnt_onnx_fail(const lnt_onnx_reader *reader, const char *format, ...) LNT_PRINTF(2, 3);

/** Fails with "PATH: node 'NAME' (OPERATOR): message". */
lnt_status lnt_onnx_fail_node(const lnt_onnx_reader *reader, const lnt_onnx_node *node,
                              const char *format, ...) LNT_PRINTF(3, 4);

/** Fails with the pool's status. */
lnt_status lnt_onnx_fail_pool(const lnt_onnx_reader *reader);

/** NULL if there is no value of that name. */
lnt_onnx_value *lnt_onnx_find(const lnt_onnx_reader *reader, const char *name);

#endif
