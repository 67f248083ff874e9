/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_ONNX_READ_GRAPH_H
#define LINNET_EXCHANGE_ONNX_READ_GRAPH_H

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

#define LNT_ONNX_NOWHERE SIZE_MAX

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

/** Reads and unpacks the file at `path`. On failure too the pool is the caller's to close. */
lnt_status lnt_onnx_read_file(lnt_onnx_reader *reader);

/**
 * Lists the values. Refuses what has no place in any net: data outside the file, functions, old
 * operators, more than one input, names that are given twice.
 */
lnt_status lnt_onnx_index(lnt_onnx_reader *reader);

/** "PATH: sentence", `LNT_ERR_FORMAT`. */
lnt_status lnt_onnx_fail(const lnt_onnx_reader *reader, const char *format, ...) LNT_PRINTF(2, 3);

/** "PATH: node 'NAME' (OPERATOR): sentence". */
lnt_status lnt_onnx_fail_node(const lnt_onnx_reader *reader, const lnt_onnx_node *node,
                              const char *format, ...) LNT_PRINTF(3, 4);

/** Fails as the pool did. */
lnt_status lnt_onnx_fail_pool(const lnt_onnx_reader *reader);

/** NULL if there is no value of that name. */
lnt_onnx_value *lnt_onnx_find(const lnt_onnx_reader *reader, const char *name);

/** Input `i` of a node; NULL if it has none, or one that is nowhere made. */
lnt_onnx_value *lnt_onnx_input(const lnt_onnx_reader *reader, const lnt_onnx_node *node, size_t i);

/** Inputs of a node, without absent ones at the end. */
size_t lnt_onnx_n_inputs(const lnt_onnx_node *node);

/** The operator; "" for one of a domain that is not ONNX's own. `is_ml`: of "ai.onnx.ml". */
const char *lnt_onnx_operator(const lnt_onnx_node *node, bool *is_ml);

/** Past nodes that leave a value as it is: Identity, Dropout, Cast between floats. */
lnt_onnx_value *lnt_onnx_plain(const lnt_onnx_reader *reader, lnt_onnx_value *value);

/* --- attributes; what is not there has the default --- */

const Lnt__Onnx__Attribute *lnt_onnx_attribute(const lnt_onnx_node *node, const char *name);
double lnt_onnx_float_of(const lnt_onnx_node *node, const char *name, double otherwise);
int64_t lnt_onnx_int_of(const lnt_onnx_node *node, const char *name, int64_t otherwise);

/* --- constants --- */

/**
 * The tensor that a value is; NULL if it depends on the model's input, or its numbers are not as
 * many as its shape says, or of no type that is known.
 */
const lnt_onnx_tensor *lnt_onnx_constant(const lnt_onnx_reader *reader, lnt_onnx_value *value);
/** The tensor that a Constant node is; NULL for other nodes. */
lnt_status lnt_onnx_constant_of(lnt_onnx_reader *reader, const lnt_onnx_node *node,
                                const lnt_onnx_tensor **tensor);
/** Number of elements of a constant. */
size_t lnt_onnx_count(const lnt_onnx_tensor *tensor);
/** Element `i` of a constant of numbers. */
double lnt_onnx_number(const lnt_onnx_tensor *tensor, size_t i);
/** Whether it is one number, close to that one. */
bool lnt_onnx_is_number(const lnt_onnx_tensor *tensor, double number);
/** A row: whether all dimensions but the last are 1; of one number too. */
bool lnt_onnx_is_row(const lnt_onnx_tensor *tensor);

#endif
