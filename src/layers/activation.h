/* SPDX-License-Identifier: MIT */
#ifndef LINNET_LAYERS_ACTIVATION_H
#define LINNET_LAYERS_ACTIVATION_H

#include <linnet/layer.h>

/** Kernels of an activation in one precision, over dense memory. */
typedef struct lnt_activation_kernels {
    /** y = f(y + bias) by rows, in one pass; y [rows, cols], bias [cols] or NULL. */
    void (*forward)(size_t rows, size_t cols, double alpha, const void *bias, void *y);
    /** dy = dy·f'(z), with f' computed from y = f(z). */
    void (*backward)(size_t n, double alpha, const void *y, void *dy);
} lnt_activation_kernels;

/** A row of the table of activations. */
typedef struct lnt_activation_kind {
    const char *name;
    lnt_init_kind weight_init; /**< what LNT_INIT_AUTO means for weights before it */
    bool needs_positive_alpha;
    bool is_identity; /**< forward without bias, and backward, do nothing */
    lnt_activation_kernels f32;
    lnt_activation_kernels f64;
} lnt_activation_kind;

extern const lnt_activation_kind lnt_activation_identity;
extern const lnt_activation_kind lnt_activation_relu;
extern const lnt_activation_kind lnt_activation_leaky_relu;
extern const lnt_activation_kind lnt_activation_tanh;
extern const lnt_activation_kind lnt_activation_sigmoid;

/** The table's row; NULL for a value outside it. */
const lnt_activation_kind *lnt_activation_kind_of(lnt_activation activation);

/** That `layer` names an activation of the table with a legal alpha. */
lnt_status lnt_activation_check(const lnt_layer *layer);

/** y = f(y + bias), y dense; bias [1, cols] dense or NULL. */
void lnt_activation_forward(const lnt_layer *layer, const lnt_tensor *bias, lnt_tensor *y);

/** dy = dy ∘ f'(z), both dense. */
void lnt_activation_backward(const lnt_layer *layer, const lnt_tensor *y, lnt_tensor *dy);

#endif
