/* SPDX-License-Identifier: MIT */
#ifndef LINNET_LAYER_H
#define LINNET_LAYER_H

#include <linnet/export.h>
#include <linnet/tensor.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

LNT_BEGIN_DECLS

/** What a pass is for. */
typedef enum lnt_mode {
    LNT_TRAINING, /**< keeps what backward needs; dropout drops, batch norm uses the batch */
    LNT_INFERENCE /**< forward only, in little memory; batch norm uses its running statistics */
} lnt_mode;

/**
 * Activation functions, applied to each element z; `alpha` is the layer's field of that name.
 * At a kink the derivative is that of the left side (0 for ReLU at 0, as in PyTorch).
 */
typedef enum lnt_activation {
    LNT_IDENTITY,     /**< z */
    LNT_RELU,         /**< max(z, 0); NaN stays NaN */
    LNT_LEAKY_RELU,   /**< z if z > 0, else alpha·z; alpha > 0, by default 0.01 */
    LNT_TANH,         /**< tanh z */
    LNT_SIGMOID,      /**< 1 / (1 + e^-z), without overflow */
    LNT_ELU,          /**< z if z > 0, else alpha·(e^z − 1); alpha > 0, by default 1; Clevert,
                           Unterthiner, Hochreiter, ICLR 2016 */
    LNT_SELU,         /**< λ·z if z > 0, else λ·α·(e^z − 1), with the numbers of Klambauer,
                           Unterthiner, Mayr, Hochreiter, NeurIPS 2017 */
    LNT_GELU,         /**< z·Φ(z) = z/2·(1 + erf(z/√2)); Hendrycks, Gimpel 2016 */
    LNT_GELU_TANH,    /**< z/2·(1 + tanh(√(2/π)·(z + 0.044715·z³))) */
    LNT_SILU,         /**< z·sigmoid(z), also called swish */
    LNT_SOFTPLUS,     /**< log(1 + e^z), without overflow */
    LNT_SOFTSIGN,     /**< z / (1 + |z|) */
    LNT_HARD_SIGMOID, /**< z/6 + 1/2, held within [0, 1] */
    LNT_HARD_SWISH,   /**< z·hard_sigmoid(z) */
    LNT_SINE          /**< sin(alpha·z); alpha > 0, by default 1; Sitzmann et al., NeurIPS 2020 */
} lnt_activation;

/** "relu", "leaky_relu", …; NULL for a value outside the list. */
LNT_API const char *lnt_activation_name(lnt_activation activation);

/** Finds an activation by name; `LNT_ERR_INVALID` if there is none of that name. */
LNT_API LNT_MUST_CHECK lnt_status lnt_activation_find(const char *name, lnt_activation *activation);

/**
 * Ways to set a parameter [rows, cols] at creation. For a weight, fan_in = rows, fan_out = cols.
 * Draws are made in double, row by row, and rounded to the net's dtype, so an f32 net starts as the
 * rounded f64 net of the same seed. `g` is the gain: the initialiser's `gain`, or, if that is 0,
 * `lnt_activation_gain` of the activation that follows the weight in the net: the layer's own, or,
 * behind norms and dropout, that of the next layer.
 */
typedef enum lnt_init_kind {
    LNT_INIT_AUTO,     /**< weights: by the activation that follows: LeCun normal for SELU, Glorot
                            uniform with gain 1 for identity, tanh, sigmoid, softsign and their hard
                            forms, uniform ±√(6 / fan_in)/alpha for sine, He normal for all others;
                            biases: zero; gains of norms: one */
    LNT_INIT_CONSTANT, /**< `a` everywhere */
    LNT_INIT_UNIFORM,  /**< uniform in [a, b) */
    LNT_INIT_NORMAL,   /**< mean a, standard deviation b */
    LNT_INIT_TRUNCATED_NORMAL, /**< mean a, deviation b, drawn again beyond 2·b from a */
    LNT_INIT_HE_UNIFORM,       /**< ±g·√(3 / fan_in); He, Zhang, Ren, Sun, ICCV 2015 */
    LNT_INIT_HE_NORMAL,        /**< σ = g / √fan_in */
    LNT_INIT_GLOROT_UNIFORM, /**< ±g·√(6 / (fan_in + fan_out)); Glorot, Bengio, AISTATS 2010 */
    LNT_INIT_GLOROT_NORMAL,  /**< σ = g·√(2 / (fan_in + fan_out)) */
    LNT_INIT_LECUN_UNIFORM,  /**< ±√(3 / fan_in); LeCun, Bottou, Orr, Müller 1998 */
    LNT_INIT_LECUN_NORMAL,   /**< σ = √(1 / fan_in) */
    LNT_INIT_ORTHOGONAL,     /**< g·Q, rows or columns orthonormal, from the QR factorisation of a
                                  normal matrix with the signs of R's diagonal made positive;
                                  Saxe, McClelland, Ganguli, ICLR 2014 */
    LNT_INIT_ARRAY           /**< copied, and converted, from `values` */
} lnt_init_kind;

typedef struct lnt_init {
    lnt_init_kind kind;
    double a;
    double b;
    double gain;       /**< He, Glorot, orthogonal; 0: by the activation that follows */
    lnt_tensor values; /**< borrowed until the net is created; the parameter's shape */
} lnt_init;

/** "he_normal", …; NULL for a value outside the list. */
LNT_API const char *lnt_init_name(lnt_init_kind kind);
LNT_API LNT_MUST_CHECK lnt_status lnt_init_find(const char *name, lnt_init_kind *kind);

/**
 * The factor that keeps the variance of signals through an activation, as PyTorch's
 * `calculate_gain`: √2 for ReLU and its smooth relatives (ELU, GELU, SiLU, softplus, hard swish),
 * √(2 / (1 + alpha²)) for leaky ReLU, 5/3 for tanh, 3/4 for SELU, 1 for the others.
 */
LNT_API double lnt_activation_gain(lnt_activation activation, double alpha);

/** An initialiser without numbers of its own (auto, He, Glorot, LeCun, orthogonal). */
LNT_API lnt_init lnt_init_defaults(lnt_init_kind kind);
LNT_API lnt_init lnt_init_zeros(void);
LNT_API lnt_init lnt_init_constant(double value);
/** Uniform in [low, high); the tutorial's `rand() * 0.001` is (0, 0.001). */
LNT_API lnt_init lnt_init_uniform(double low, double high);
LNT_API lnt_init lnt_init_normal(double mean, double deviation);
LNT_API lnt_init lnt_init_truncated_normal(double mean, double deviation);
LNT_API lnt_init lnt_init_orthogonal(double gain);
LNT_API lnt_init lnt_init_array(const lnt_tensor *values);

/**
 * Fills `parameter` (any strides) as a net would, from the given seed and stream; a gain of 0 is
 * ReLU's for He and 1 for Glorot and orthogonal. `LNT_ERR_INVALID` for `LNT_INIT_AUTO`, which only
 * a layer can resolve, and for numbers that are not finite. `LNT_ERR_ALIAS` if `parameter` overlaps
 * itself or an array's values, unless it is exactly these. Only the orthogonal one allocates, with
 * the default allocator.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_init_fill(const lnt_init *init, uint64_t seed,
                                                uint64_t stream, lnt_tensor *parameter);

/** What a parameter tensor is to its layer. */
typedef enum lnt_role {
    LNT_ROLE_WEIGHT,      /**< a matrix of a dense layer */
    LNT_ROLE_BIAS,        /**< what is added: biases of dense layers and norms */
    LNT_ROLE_GAIN,        /**< what multiplies column by column: gains of norms, slopes of PReLU */
    LNT_ROLE_RUNNING_STAT /**< not learned: running means and variances of a batch norm */
} lnt_role;

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
    double alpha;              /**< parameter of the activation, or first slope of PReLU; NaN, as
                                    constructors set it: the default of the activation */
    bool bias;                 /**< dense, norms: whether b is there; by default it is */
    bool gain;                 /**< norms: whether g is there; by default it is */
    double rate;               /**< dropout: probability that an element is dropped, in [0, 1) */
    double epsilon;            /**< norms: added to the variance; > 0 */
    double momentum;           /**< batch norm: weight of a batch in the running statistics, in
                                    (0, 1] */
    size_t skip_depth;         /**< residual: number of layers that it goes around */
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
LNT_API lnt_layer lnt_activation_layer(lnt_activation activation);

/**
 * PReLU: y = x if x > 0, else a·x, with a learned slope a [1, cols] a column, "weight", that starts
 * as `alpha`, by default 0.25; He, Zhang, Ren, Sun, ICCV 2015.
 */
LNT_API lnt_layer lnt_prelu(void);

/**
 * Inverted dropout. In training y = x ∘ m / (1 − rate), where an element of m is 0 with probability
 * `rate`, else 1, a function of the pass's seed, its draw and the element's place alone; in
 * inference y = x. Srivastava et al., JMLR 15 (2014).
 */
LNT_API lnt_layer lnt_dropout(double rate);

/**
 * Batch norm: y = g ∘ (x − μ)/√(σ² + epsilon) + b by columns, "weight" g and "bias" b [1, cols].
 * In training μ and σ² are those of the batch (σ² divided by rows); in inference the running
 * statistics "running_mean" and "running_var", which each optimiser step moves by `momentum`
 * towards the batch's mean and unbiased variance (a batch of one row leaves them). epsilon 1e-5,
 * momentum 0.1. Ioffe, Szegedy, ICML 2015.
 */
LNT_API lnt_layer lnt_batch_norm(void);

/** Layer norm: the same by rows, without running statistics. Ba, Kiros, Hinton 2016. */
LNT_API lnt_layer lnt_layer_norm(void);

/** RMS norm: y = g ∘ x / √(mean of x² in the row + epsilon); no bias. Zhang, Sennrich 2019. */
LNT_API lnt_layer lnt_rms_norm(void);

/**
 * Residual: y = x + u, where u is the input of the layer `span` places before this one: the input
 * of the group that the `span` layers before form. It must be as wide as x (`LNT_ERR_SHAPE`), and
 * span from 1 to the number of layers before. Groups may be nested. He, Zhang, Ren, Sun, CVPR 2016.
 */
LNT_API lnt_layer lnt_residual(size_t span);

/**
 * "dense", "activation", "prelu", "dropout", "batch_norm", "layer_norm", "rms_norm" or "residual";
 * NULL if `layer` was not made by a constructor.
 */
LNT_API const char *lnt_layer_name(const lnt_layer *layer);

LNT_END_DECLS

#endif
