/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_ONNX_READ_ASSEMBLE_H
#define LINNET_EXCHANGE_ONNX_READ_ASSEMBLE_H

#include "exchange/onnx/read/layers.h"

/** How far `lnt_onnx_assemble` has come. */
typedef struct lnt_onnx_assembler {
    lnt_onnx_reader *r;
    const lnt_onnx_parts *parts;
    lnt_onnx_net *net;
    size_t width;     /* of the value at hand */
    bool flat;        /* it has two dimensions */
    int64_t batch;    /* rows that the file asks for, or -1 */
    size_t *layer_at; /* [n_parts + 1]: layers before a part */
    size_t link;      /* the part that is the link, or n_parts */
    size_t tail;      /* first of the parts that only scale, at the end */
} lnt_onnx_assembler;

/** Adds the layer that part `i` is: dense, activation, PReLU, norm or residual. */
lnt_status lnt_onnx_add_layer(lnt_onnx_assembler *a, size_t i);

/** Adds a layer of the description, as wide as the value at hand. */
lnt_onnx_layer *lnt_onnx_append_layer(lnt_onnx_assembler *a, lnt_layer layer);

/** The newest layer if nothing comes back to what goes into part `i`; else NULL. */
lnt_onnx_layer *lnt_onnx_fusable_layer(const lnt_onnx_assembler *a, size_t i);

bool lnt_onnx_is_kind(const lnt_onnx_layer *layer, const char *kind);

/** A dense layer without activation, yet. */
bool lnt_onnx_is_linear(const lnt_onnx_layer *layer);

/** The numbers of a tensor for the columns at hand; NULL stays NULL. */
lnt_status lnt_onnx_columns(lnt_onnx_assembler *a, const lnt_onnx_part *part,
                            const lnt_onnx_tensor *tensor, double factor, double **numbers);

/** `count` numbers, each `value`; NULL with the pool's status on failure. */
double *lnt_onnx_full_numbers(lnt_onnx_reader *reader, double value, size_t count);

/** Scales by a constant: in a scaler, or in the layer before. */
lnt_status lnt_onnx_add_affine(lnt_onnx_assembler *a, size_t i);

/** Finds what the graph ends with. */
void lnt_onnx_find_link(lnt_onnx_assembler *a, const lnt_loss_kind *declared);

/** Takes the numbers of a Gaussian's link. */
lnt_status lnt_onnx_read_gaussian(lnt_onnx_assembler *a, const lnt_onnx_part *part);

#endif
