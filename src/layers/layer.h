/* SPDX-License-Identifier: MIT */
#ifndef LINNET_LAYERS_LAYER_H
#define LINNET_LAYERS_LAYER_H

#include <linnet/layer.h>

/** The most parameter tensors a layer may have. */
#define LNT_LAYER_MAX_TENSORS 4

/** What a layer needs, given the columns of its input. */
typedef struct lnt_layer_shape {
    size_t outputs;
    size_t n_tensors;
    struct {
        const char *name;
        size_t rows;
        size_t cols;
    } tensors[LNT_LAYER_MAX_TENSORS];
} lnt_layer_shape;

/** The arguments of one forward or backward; every view belongs to the caller. */
typedef struct lnt_layer_run {
    const lnt_tensor *parameters; /**< in the order of the shape's tensors */
    lnt_tensor x;                 /**< [rows, inputs], any strides; read only */
    lnt_tensor y;                 /**< [rows, outputs], dense: written forward, read backward */
    lnt_tensor dy;                /**< [rows, outputs], dense: dL/dy; backward may overwrite it */
    lnt_tensor *gradients;        /**< as parameters: dL/dp, overwritten */
    bool need_dx;
    lnt_tensor dx; /**< [rows, inputs], dense: dL/dx; backward may let it be dy's memory instead */
} lnt_layer_run;

/** A kind of layer: stateless, constant, every function required. */
struct lnt_layer_kind {
    const char *name;
    /** Validates the description and states its shapes. */
    lnt_status (*shape)(const lnt_layer *layer, size_t inputs, lnt_layer_shape *shape);
    /** Sets parameter tensor `index`, drawing from (seed, stream). */
    lnt_status (*init)(const lnt_layer *layer, size_t index, uint64_t seed, uint64_t stream,
                       lnt_tensor *parameter);
    lnt_status (*forward)(const lnt_layer *layer, lnt_layer_run *run);
    lnt_status (*backward)(const lnt_layer *layer, lnt_layer_run *run);
};

#endif
