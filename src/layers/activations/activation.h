/* SPDX-License-Identifier: MIT */
#ifndef LINNET_LAYERS_ACTIVATIONS_ACTIVATION_H
#define LINNET_LAYERS_ACTIVATIONS_ACTIVATION_H

#include "tensor/product/product.h"

#include <linnet/layer.h>

/** Kernels of an activation in one precision, over dense memory. */
typedef struct lnt_activation_kernels {
    /**
     * z += bias by rows, and y = f(z), in one pass; z and y [rows, cols], bias [cols] or NULL. y
     * may be z, which then need not be kept.
     */
    void (*forward)(size_t rows, size_t cols, double alpha, const void *bias, void *z, void *y);
    /** dy = dy·f'(z), from y = f(z), and from z too if the kind keeps it (NULL otherwise). */
    void (*backward)(size_t n, double alpha, const void *z, const void *y, void *dy);
} lnt_activation_kernels;

/** A row of the table of activations. */
typedef struct lnt_activation_kind {
    const char *name;
    lnt_init_kind weight_init; /**< what LNT_INIT_AUTO means for weights before it */
    double gain;               /**< its gain; leaky ReLU's depends on alpha and is worked out */
    bool has_alpha;
    double alpha;     /**< the default */
    bool is_identity; /**< forward without bias, and backward, do nothing */
    bool keeps_z;     /**< backward needs z: y alone does not tell f'(z) */
    lnt_activation_kernels f32;
    lnt_activation_kernels f64;
} lnt_activation_kind;

extern const lnt_activation_kind lnt_activation_identity;
extern const lnt_activation_kind lnt_activation_relu;
extern const lnt_activation_kind lnt_activation_leaky_relu;
extern const lnt_activation_kind lnt_activation_tanh;
extern const lnt_activation_kind lnt_activation_sigmoid;
extern const lnt_activation_kind lnt_activation_elu;
extern const lnt_activation_kind lnt_activation_selu;
extern const lnt_activation_kind lnt_activation_gelu;
extern const lnt_activation_kind lnt_activation_gelu_tanh;
extern const lnt_activation_kind lnt_activation_silu;
extern const lnt_activation_kind lnt_activation_softplus;
extern const lnt_activation_kind lnt_activation_softsign;
extern const lnt_activation_kind lnt_activation_hard_sigmoid;
extern const lnt_activation_kind lnt_activation_hard_swish;
extern const lnt_activation_kind lnt_activation_sine;

/** The table's row; NULL for a value outside it. */
const lnt_activation_kind *lnt_activation_kind_of(lnt_activation activation);

/** That `layer` names an activation of the table with a legal alpha; NaN becomes the default. */
lnt_status lnt_activation_settle(lnt_layer *layer);

/** Whether backward needs z, in training. */
bool lnt_activation_keeps_z(const lnt_layer *layer);

/** f as a product can apply it to what it has summed up; `LNT_FINISH_NONE` for identity. */
bool lnt_activation_finish(const lnt_layer *layer, lnt_finish *finish);

/** A factor of dy as a product can apply it, given y = f(z); likewise. */
bool lnt_activation_slope(const lnt_layer *layer, lnt_finish *finish);

/** z += bias, y = f(z), both dense; bias [1, cols] dense or NULL; y may be z. */
void lnt_activation_forward(const lnt_layer *layer, const lnt_tensor *bias, lnt_tensor *z,
                            lnt_tensor *y);

/** dy = dy ∘ f'(z), all dense; z is read only if the activation keeps it. */
void lnt_activation_backward(const lnt_layer *layer, const lnt_tensor *z, const lnt_tensor *y,
                             lnt_tensor *dy);

/** slope = f'(z), from z and y = f(z), all dense. */
lnt_status lnt_activation_slope_of(const lnt_layer *layer, const lnt_tensor *z, const lnt_tensor *y,
                                   lnt_tensor *slope);

/** bend = f''(z), both dense; 0 at kinks. */
void lnt_activation_bend_of(const lnt_layer *layer, const lnt_tensor *z, lnt_tensor *bend);

#endif
