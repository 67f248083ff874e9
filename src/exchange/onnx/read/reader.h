/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_ONNX_READ_READER_H
#define LINNET_EXCHANGE_ONNX_READ_READER_H

#include "exchange/onnx/onnx.pb-c.h"
#include "exchange/onnx/pool.h"

#include <linnet/status.h>
#include <stdint.h>

typedef Lnt__Onnx__Node lnt_onnx_node;
typedef Lnt__Onnx__Tensor lnt_onnx_tensor;

/** A value of a graph: the model's input, a tensor of the file, or what a node makes. */
typedef struct lnt_onnx_value {
    const char *name;
    const lnt_onnx_tensor *tensor; /* of a constant, else NULL */
    const lnt_onnx_node *node;     /* that makes it, or NULL */
    size_t place;                  /* of the node in the file */
    size_t output;                 /* which of the node's */
    size_t position;               /* of the walk when it came by; see onnx_part.h */
} lnt_onnx_value;

#define LNT_ONNX_NO_PART SIZE_MAX

/** A file as it is read. Whatever is made for it comes from the pool. */
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

/** "PATH: sentence", `LNT_ERR_FORMAT`. */
lnt_status lnt_onnx_fail(const lnt_onnx_reader *reader, const char *format, ...) LNT_PRINTF(2, 3);

/** "PATH: node 'NAME' (OPERATOR): sentence". */
lnt_status lnt_onnx_fail_node(const lnt_onnx_reader *reader, const lnt_onnx_node *node,
                              const char *format, ...) LNT_PRINTF(3, 4);

/** Fails as the pool did. */
lnt_status lnt_onnx_fail_pool(const lnt_onnx_reader *reader);

/** NULL if there is no value of that name. */
lnt_onnx_value *lnt_onnx_find(const lnt_onnx_reader *reader, const char *name);

#endif
