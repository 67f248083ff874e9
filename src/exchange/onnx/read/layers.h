/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_ONNX_READ_LAYERS_H
#define LINNET_EXCHANGE_ONNX_READ_LAYERS_H

#include "exchange/onnx/read/part.h"

#include <linnet/io.h>

/** A layer and its numbers, in double; all but the weight have one a column, or are NULL. */
typedef struct lnt_onnx_layer {
    lnt_layer layer;
    size_t inputs;
    size_t outputs;
    const lnt_onnx_tensor *weight; /* dense */
    bool transposed;               /* [outputs, inputs] */
    double weight_factor;
    double *gain; /* of norms; slopes of a PReLU; factors of a dense layer's outputs */
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

/** What a graph comes to: between a scaler of inputs and a link the layers of a net. */
typedef struct lnt_onnx_net {
    lnt_dtype dtype;
    size_t inputs;
    size_t outputs;
    lnt_onnx_layer *layers; /* room for one a part, and one more */
    size_t n_layers;
    lnt_onnx_scaling input;
    lnt_onnx_scaling target;
    lnt_loss_kind loss; /* whose link the graph ends with; mean squared error: none */
    double epsilon;     /* Gaussian */
} lnt_onnx_net;

/**
 * Makes layers and scalers of the parts. `declared` is the loss that the file names, or NULL: it
 * tells whether a sigmoid at the end is a link. `LNT_ERR_FORMAT` where the parts are not equivalent
 * to such a net.
 */
lnt_status lnt_onnx_assemble(lnt_onnx_reader *reader, const lnt_onnx_parts *parts,
                             const lnt_loss_kind *declared, lnt_onnx_net *net);

/** Whether the input has rows of columns, and how many; 0: it does not say. */
lnt_status lnt_onnx_input_shape(const lnt_onnx_reader *reader, size_t *rank, int64_t *batch,
                                size_t *cols);

/** Makes the model's net, scalers and loss; what it holds is the caller's, also on failure. */
lnt_status lnt_onnx_make_model(lnt_onnx_reader *reader, const lnt_onnx_net *net, lnt_model *model);

/** The loss that the metadata name, if they do. */
lnt_status lnt_onnx_declared_loss(const lnt_onnx_reader *reader, bool *declared,
                                  lnt_loss_kind *loss);

/** Names, loss and record of the metadata, and names of classes of scikit-learn's nodes. */
lnt_status lnt_onnx_read_metadata(lnt_onnx_reader *reader, const lnt_onnx_parts *parts,
                                  lnt_model *model);

#endif
