/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_ONNX_READ_PART_H
#define LINNET_EXCHANGE_ONNX_READ_PART_H

#include "exchange/onnx/read/value.h"

#include <linnet/layer.h>

/** The operation of a node or a group of nodes, before layers are made of them. */
typedef enum lnt_onnx_kind {
    ONNX_DENSE,
    ONNX_ACTIVATION,
    ONNX_PRELU,
    ONNX_BATCH_NORM,
    ONNX_LAYER_NORM,
    ONNX_RMS_NORM,
    ONNX_RESIDUAL,
    ONNX_AFFINE,  /* z = (x − offset)/scale, or x·scale + offset, with a constant or two */
    ONNX_FLATTEN, /* to two dimensions */
    ONNX_SQUEEZE, /* a single column to one dimension */
    ONNX_SOFTMAX,
    ONNX_EXP,
    ONNX_PAIR, /* [1 − x, x] */
    ONNX_GAUSSIAN
} lnt_onnx_kind;

/** x + c, x − c, x·c, x/c. */
typedef enum lnt_onnx_affine { ONNX_ADD, ONNX_SUB, ONNX_MUL, ONNX_DIV } lnt_onnx_affine;

typedef struct lnt_onnx_part {
    lnt_onnx_kind kind;
    const lnt_onnx_node *node; /* its last node, for error messages */
    const lnt_onnx_tensor *weight;
    bool transposed;                  /* the weight is [outputs, inputs] */
    double weight_factor;             /* of a dense layer */
    double bias_factor;               /* likewise */
    const lnt_onnx_tensor *gain;      /* or NULL; slope of a PReLU; constant of an affine */
    const lnt_onnx_tensor *bias;      /* or NULL */
    const lnt_onnx_tensor *mean;      /* batch norm */
    const lnt_onnx_tensor *variance;  /* likewise */
    const lnt_onnx_tensor *deviation; /* Gaussian: scale of deviations, or NULL */
    lnt_onnx_affine affine;
    lnt_activation activation;
    double alpha;               /* of the activation, or NaN */
    double epsilon;             /* norms, Gaussian */
    double momentum;            /* batch norm */
    const lnt_onnx_value *skip; /* residual: the value that is added */
    int64_t shape[2];           /* of a Reshape; {0, -1} of a Flatten */
    bool keeps_zero;            /* a 0 there is a size, not the batch's */
} lnt_onnx_part;

/**
 * The parts of a graph from its input on. `is_skip_input[i]`: a residual sum adds the input of part
 * i later. The `part_index` of a value is the part that it is the input of, `n_parts` for the
 * output.
 */
typedef struct lnt_onnx_parts {
    lnt_onnx_part *parts;
    size_t n_parts;
    bool *is_skip_input;          /* [n_parts + 1] */
    const lnt_onnx_node *zip_map; /* the node with the class names, or NULL */
} lnt_onnx_parts;

/** Walks the graph from its output back to its input. */
lnt_status lnt_onnx_walk(lnt_onnx_reader *reader, lnt_onnx_parts *parts);

/**
 * Finds the part that computes `value`, and the part's input. `LNT_ERR_FORMAT` with the name of an
 * operator that is not supported, or not in this form.
 */
lnt_status lnt_onnx_find_part(lnt_onnx_reader *reader, lnt_onnx_value *value, lnt_onnx_part *part,
                              lnt_onnx_value **from);

/** The part of a single node, by its operator; its input is the node's first input. */
lnt_status lnt_onnx_part_from_operator(lnt_onnx_reader *reader, const lnt_onnx_node *node,
                                       const char *op, bool is_ml, lnt_onnx_part *part);

/** Whether `value` is computed by a known group of nodes; see `lnt_onnx_find_part`. */
bool lnt_onnx_part_from_group(const lnt_onnx_reader *reader, lnt_onnx_value *value,
                              lnt_onnx_part *part, lnt_onnx_value **from);

#endif
