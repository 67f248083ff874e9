/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_ONNX_READ_ASSEMBLE_H
#define LINNET_EXCHANGE_ONNX_READ_ASSEMBLE_H

#include "exchange/onnx/read/layers.h"

/** The state of `lnt_onnx_assemble`. */
typedef struct lnt_onnx_assembler {
    lnt_onnx_reader *r;
    const lnt_onnx_parts *parts;
    lnt_onnx_net *net;
    size_t width;     /* columns of the current value */
    bool flat;        /* the current value has two dimensions */
    int64_t batch;    /* rows that the file requires, or -1 */
    size_t *layer_at; /* [n_parts + 1]: number of layers before a part */
    size_t link;      /* the part that is the inverse link, or n_parts */
    size_t tail;      /* first of the final parts that only scale */
} lnt_onnx_assembler;

/** Adds the layer of part `i`: dense, activation, PReLU, norm or residual. */
lnt_status lnt_onnx_add_layer(lnt_onnx_assembler *a, size_t i);

/** Appends a layer with as many columns as the current value. */
lnt_onnx_layer *lnt_onnx_append_layer(lnt_onnx_assembler *a, lnt_layer layer);

/** The last layer, if no residual sum uses the input of part `i`; else NULL. */
lnt_onnx_layer *lnt_onnx_fusable_layer(const lnt_onnx_assembler *a, size_t i);

bool lnt_onnx_is_kind(const lnt_onnx_layer *layer, const char *kind);

/** A dense layer that has no activation yet. */
bool lnt_onnx_is_linear(const lnt_onnx_layer *layer);

/** The numbers of a tensor for the current columns; NULL stays NULL. */
lnt_status lnt_onnx_columns(lnt_onnx_assembler *a, const lnt_onnx_part *part,
                            const lnt_onnx_tensor *tensor, double factor, double **numbers);

/** `count` numbers of `value`; NULL, with the pool's status set, on failure. */
double *lnt_onnx_full_numbers(lnt_onnx_reader *reader, double value, size_t count);

/** Applies a scaling by a constant: to a scaler, or to the layer before. */
lnt_status lnt_onnx_add_affine(lnt_onnx_assembler *a, size_t i);

/** Finds the inverse link at the end of the graph. */
void lnt_onnx_find_link(lnt_onnx_assembler *a, const lnt_loss_kind *declared);

/** Reads the numbers of a Gaussian's inverse link. */
lnt_status lnt_onnx_read_gaussian(lnt_onnx_assembler *a, const lnt_onnx_part *part);

#endif
