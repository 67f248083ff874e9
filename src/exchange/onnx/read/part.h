/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_ONNX_READ_PART_H
#define LINNET_EXCHANGE_ONNX_READ_PART_H

#include "exchange/onnx/read/value.h"

#include <linnet/layer.h>

/** What nodes, or groups of them, do to a value, before it is known which layers they make. */
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
    const lnt_onnx_node *node; /* its last one, for sentences */
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
    const lnt_onnx_value *back; /* residual: what is added */
    int64_t shape[2];           /* of a Reshape; {0, -1} of a Flatten */
    bool keeps_zero;            /* a 0 there is a size, not the batch's */
} lnt_onnx_part;

/**
 * What a graph does from its input on. `starts[i]` says that the value that goes into part i comes
 * back in a residual sum. A value's `position` is the part that it goes into, `n_parts` for the
 * output.
 */
typedef struct lnt_onnx_parts {
    lnt_onnx_part *parts;
    size_t n_parts;
    bool *starts;                 /* [n_parts + 1] */
    const lnt_onnx_node *zip_map; /* the node that names the classes, or NULL */
} lnt_onnx_parts;

/** Follows the graph from its output back to its input. */
lnt_status lnt_onnx_walk(lnt_onnx_reader *reader, lnt_onnx_parts *parts);

/**
 * The part that makes `value`, and the value that it is made from. `LNT_ERR_FORMAT` with the name
 * of an operator that no net has, or of one that is not used as a net would.
 */
lnt_status lnt_onnx_find_part(lnt_onnx_reader *reader, lnt_onnx_value *value, lnt_onnx_part *part,
                         lnt_onnx_value **from);

/** The part that a node is by its operator; its first input goes in. */
lnt_status lnt_onnx_part_from_operator(lnt_onnx_reader *reader, const lnt_onnx_node *node,
                                  const char *op, bool is_ml, lnt_onnx_part *part);

/** Whether a group of nodes behind `value` is a part that is known; see `lnt_onnx_find_part`. */
bool lnt_onnx_part_from_group(const lnt_onnx_reader *reader, lnt_onnx_value *value, lnt_onnx_part *part,
                         lnt_onnx_value **from);

#endif
