/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_ONNX_READ_LAYERS_H
#define LINNET_EXCHANGE_ONNX_READ_LAYERS_H

#include "exchange/onnx/read/part.h"

#include <linnet/io.h>

/**
 * A layer and its numbers, in double. Each array except the weight has one number a column, or is
 * NULL.
 */
typedef struct lnt_onnx_layer {
    lnt_layer layer;
    size_t inputs;
    size_t outputs;
    const lnt_onnx_tensor *weight; /* dense */
    bool transposed;               /* [outputs, inputs] */
    double weight_factor;
    double *gain; /* gain of norms; slopes of a PReLU; factors of a dense layer's outputs */
    double *bias;
    double *mean; /* batch norm */
    double *variance;
} lnt_onnx_layer;

/** A scaler: z = (x − offset)/scale. */
typedef struct lnt_onnx_scaling {
    size_t cols;
    double *offset; /* NULL: there is none */
    double *scale;
} lnt_onnx_scaling;

/**
 * The result of reading a graph: an input scaler, the layers of a net, and an inverse link or
 * target scaler.
 */
typedef struct lnt_onnx_net {
    lnt_dtype dtype;
    size_t inputs;
    size_t outputs;
    lnt_onnx_layer *layers; /* [n_parts + 1] */
    size_t n_layers;
    lnt_onnx_scaling input;
    lnt_onnx_scaling target;
    lnt_loss_kind loss; /* loss of the inverse link at the end; mean squared error: no link */
    double epsilon;     /* Gaussian */
} lnt_onnx_net;

/**
 * Converts the parts to layers and scalers. `declared` is the loss that the file names, or NULL; it
 * decides whether a final sigmoid is a link. `LNT_ERR_FORMAT` if no net is equivalent to the parts.
 */
lnt_status lnt_onnx_assemble(lnt_onnx_reader *reader, const lnt_onnx_parts *parts,
                             const lnt_loss_kind *declared, lnt_onnx_net *net);

/** Reads the shape of the input, which must have rows and columns; `*cols` 0: unknown. */
lnt_status lnt_onnx_input_shape(const lnt_onnx_reader *reader, size_t *rank, int64_t *batch,
                                size_t *cols);

/** Creates the model's net, scalers and loss; the caller frees the model, also on failure. */
lnt_status lnt_onnx_make_model(lnt_onnx_reader *reader, const lnt_onnx_net *net, lnt_model *model);

/** The loss that the metadata name, if any. */
lnt_status lnt_onnx_declared_loss(const lnt_onnx_reader *reader, bool *declared,
                                  lnt_loss_kind *loss);

/**
 * Reads names, loss and training summary from the metadata, and class names from scikit-learn's
 * nodes.
 */
lnt_status lnt_onnx_read_metadata(lnt_onnx_reader *reader, const lnt_onnx_parts *parts,
                                  lnt_model *model);

#endif
