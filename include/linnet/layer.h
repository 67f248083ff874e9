/* SPDX-License-Identifier: MIT */
#ifndef LINNET_LAYER_H
#define LINNET_LAYER_H

#include <linnet/export.h>
#include <linnet/tensor.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

LNT_BEGIN_DECLS

/**
 * Activation functions, applied to each element z; `alpha` is the layer's field of that name.
 * At a kink the derivative is that of the left side (0 for ReLU at 0, as in PyTorch).
 */
typedef enum lnt_activation {
    LNT_IDENTITY,   /**< z */
    LNT_RELU,       /**< max(z, 0); NaN stays NaN */
    LNT_LEAKY_RELU, /**< z if z > 0, else alpha·z; alpha > 0, by default 0.01 */
    LNT_TANH,       /**< tanh z */
    LNT_SIGMOID     /**< 1 / (1 + e^-z), without overflow */
} lnt_activation;

/** "relu", "leaky_relu", …; NULL for a value outside the list. */
LNT_API const char *lnt_activation_name(lnt_activation activation);

/** Finds an activation by name; `LNT_ERR_INVALID` if there is none of that name. */
LNT_API lnt_status lnt_activation_find(const char *name, lnt_activation *activation);

/**
 * Ways to set a parameter [rows, cols] at creation. For a weight, fan_in = rows, fan_out = cols.
 * Draws are made in double, row by row, and rounded to the net's dtype, so an f32 net starts as the
 * rounded f64 net of the same seed.
 */
typedef enum lnt_init_kind {
    LNT_INIT_AUTO, /**< weights: by the layer's own activation, He normal for ReLU and leaky ReLU,
                        Glorot uniform for tanh, sigmoid and identity; biases: zero */
    LNT_INIT_CONSTANT,       /**< `a` everywhere */
    LNT_INIT_UNIFORM,        /**< uniform in [a, b) */
    LNT_INIT_NORMAL,         /**< mean a, standard deviation b */
    LNT_INIT_HE_UNIFORM,     /**< ±√(6 / fan_in); He, Zhang, Ren, Sun, ICCV 2015 */
    LNT_INIT_HE_NORMAL,      /**< σ = √(2 / fan_in) */
    LNT_INIT_GLOROT_UNIFORM, /**< ±√(6 / (fan_in + fan_out)); Glorot, Bengio, AISTATS 2010 */
    LNT_INIT_GLOROT_NORMAL,  /**< σ = √(2 / (fan_in + fan_out)) */
    LNT_INIT_LECUN_UNIFORM,  /**< ±√(3 / fan_in); LeCun, Bottou, Orr, Müller 1998 */
    LNT_INIT_LECUN_NORMAL,   /**< σ = √(1 / fan_in) */
    LNT_INIT_ARRAY           /**< copied, and converted, from `values` */
} lnt_init_kind;

typedef struct lnt_init {
    lnt_init_kind kind;
    double a;
    double b;
    lnt_tensor values; /**< borrowed until the net is created; the parameter's shape */
} lnt_init;

/** An initialiser without numbers of its own (auto, He, Glorot, LeCun). */
LNT_API lnt_init lnt_init_of(lnt_init_kind kind);
LNT_API lnt_init lnt_init_zeros(void);
LNT_API lnt_init lnt_init_constant(double value);
/** Uniform in [low, high); the tutorial's `rand() * 0.001` is (0, 0.001). */
LNT_API lnt_init lnt_init_uniform(double low, double high);
LNT_API lnt_init lnt_init_normal(double mean, double deviation);
LNT_API lnt_init lnt_init_array(const lnt_tensor *values);

/**
 * Fills `parameter` (any strides) as a net would, from the given seed and stream. `LNT_ERR_INVALID`
 * for `LNT_INIT_AUTO`, which only a layer can resolve, and for numbers that are not finite.
 */
LNT_API lnt_status lnt_init_fill(const lnt_init *init, uint64_t seed, uint64_t stream,
                                 lnt_tensor *parameter);

/** The functions behind a kind of layer; one constant table a kind, private to the library. */
typedef struct lnt_layer_kind lnt_layer_kind;

/**
 * The description of a layer: a plain value, made by a constructor below, whose fields may be
 * changed before a net is created from it. Fields that a kind does not name are not read.
 */
typedef struct lnt_layer {
    const lnt_layer_kind *kind;
    size_t units;              /**< dense: number of outputs */
    lnt_activation activation; /**< dense, activation */
    double alpha;              /**< parameter of the activation */
    bool bias;                 /**< dense: whether b is there; by default it is */
    lnt_init weight_init;      /**< dense; by default `LNT_INIT_AUTO` */
    lnt_init bias_init;        /**< dense; by default `LNT_INIT_AUTO` */
} lnt_layer;

/**
 * Dense: y = f(x·w + b), x [rows, inputs], w [inputs, units], b [1, units], f the activation.
 * Parameters: "weight", "bias". Backward, with dz = dy ∘ f'(z): dw = xᵀ·dz, db = Σ_rows dz,
 * dx = dz·wᵀ.
 */
LNT_API lnt_layer lnt_dense(size_t units, lnt_activation activation);

/** An activation on its own: y = f(x), as many outputs as inputs, no parameters. */
LNT_API lnt_layer lnt_activate(lnt_activation activation);

/** "dense" or "activation"; NULL if `layer` was not made by a constructor. */
LNT_API const char *lnt_layer_name(const lnt_layer *layer);

LNT_END_DECLS

#endif
