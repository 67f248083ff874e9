/* SPDX-License-Identifier: MIT */
#ifndef LINNET_LAYERS_LAYER_H
#define LINNET_LAYERS_LAYER_H

#include "base/team.h"
#include "tensor/product/product.h"

#include <linnet/layer.h>

/** The most parameter tensors, and tensors of statistics, that a layer may have. */
#define LNT_LAYER_MAX_TENSORS 4

/** The most products. */
#define LNT_LAYER_MAX_PRODUCTS 3

typedef struct lnt_tensor_shape {
    const char *name;
    lnt_role role;
    size_t rows;
    size_t cols;
} lnt_tensor_shape;

/** What a layer needs, given the columns of its input. */
typedef struct lnt_layer_shape {
    size_t outputs;
    size_t n_tensors;
    lnt_tensor_shape tensors[LNT_LAYER_MAX_TENSORS];
    size_t n_statistics;
    lnt_tensor_shape statistics[LNT_LAYER_MAX_TENSORS];
    size_t cache_cols; /**< elements a row kept from forward to backward */
    size_t cache_once; /**< elements a batch kept from forward to backward, and to `update` */
} lnt_layer_shape;

/**
 * The arguments of forward and backward; every view belongs to the caller. They stay from batch to
 * batch: when any changes, `bind` is called before the next forward.
 */
typedef struct lnt_layer_run {
    lnt_mode mode;
    void *plan;                   /**< [plan_size], the layer's own */
    lnt_product_form *forms;      /**< [products]: who computes them */
    bool adds;                    /**< gradients are added to what is there */
    bool dy_is_dz;                /**< dy comes multiplied by the activation's slope */
    lnt_finish dx_finish;         /**< what dx is to be multiplied by, with y = x */
    const lnt_tensor *parameters; /**< in the order of the shape's tensors */
    const lnt_tensor *statistics; /**< in the order of the shape's statistics; read only */
    lnt_tensor x;                 /**< [rows, inputs], any strides; read only */
    lnt_tensor y;                 /**< [rows, outputs], dense: written forward, read backward */
    lnt_tensor cache;             /**< [rows, cache_cols], dense; in training only */
    void *once;                   /**< [cache_once]; in training only */
    lnt_tensor skip;              /**< residual: the input of its group, any strides; forward */
    uint64_t seed;                /**< of this forward's draws */
    uint64_t stream;              /**< likewise */
    lnt_tensor dy;                /**< [rows, outputs], dense: dL/dy; backward may overwrite it */
    lnt_tensor *gradients;        /**< as parameters: dL/dp, overwritten */
    bool need_dx;
    lnt_tensor dx; /**< [rows, inputs], dense: dL/dx; dy's memory if the kind works in place */
} lnt_layer_run;

/** Who runs a layer: a member of a team, or a thread alone. */
typedef struct lnt_member {
    lnt_share share;
    lnt_team *team; /**< NULL: alone */
    void *scratch;  /**< of products */
} lnt_member;

/**
 * A layer at a batch, for derivatives; in inference, so that rows do not depend on each other. All
 * is dense but x and skip; views of what a kind has no use for are without data.
 */
typedef struct lnt_layer_point {
    const lnt_tensor *parameters; /**< in the order of the shape's tensors */
    const lnt_tensor *statistics;
    lnt_tensor x;     /**< [rows, inputs] */
    lnt_tensor skip;  /**< residual: the input of its group */
    lnt_tensor y;     /**< [rows, outputs] */
    lnt_tensor z;     /**< before the activation; for kinds with one, like the next two */
    lnt_tensor slope; /**< f'(z) */
    lnt_tensor bend;  /**< f''(z); only if second derivatives are wanted */
    lnt_tensor cache; /**< [rows, cache_cols] */
} lnt_layer_point;

/** A direction in which a layer's input and parameters move, and how it moves. */
typedef struct lnt_layer_tangent {
    const lnt_tensor *x;          /**< ẋ; NULL: 0 */
    const lnt_tensor *skip;       /**< likewise */
    const lnt_tensor *parameters; /**< ṗ; NULL: 0 */
    lnt_tensor z;                 /**< ż; for kinds with an activation */
    lnt_tensor cache;             /**< [rows, cache_cols]: what push keeps for pull */
    lnt_tensor y;                 /**< ẏ */
} lnt_layer_tangent;

/** A gradient that goes back through a layer, and its change along a direction. */
typedef struct lnt_layer_pull {
    lnt_tensor dy;                  /**< dL/dy; becomes dL/dz for kinds with an activation */
    lnt_tensor *gradients;          /**< dL/dp, overwritten; NULL: not wanted */
    lnt_tensor *dx;                 /**< overwritten; NULL: not wanted */
    const lnt_layer_tangent *along; /**< NULL: only the above */
    lnt_tensor dy_dot;
    lnt_tensor *gradients_dot;
    lnt_tensor *dx_dot;
} lnt_layer_pull;

/** Derivatives of a kind beyond forward and backward; what a function writes is overwritten. */
typedef struct lnt_layer_rules {
    /** Sets y, z, slope, cache, and bend if it has data. */
    lnt_status (*point)(const lnt_layer *layer, lnt_layer_point *point);
    /** Sets ż, cache and ẏ. */
    lnt_status (*push)(const lnt_layer *layer, const lnt_layer_point *point,
                       lnt_layer_tangent *tangent);
    lnt_status (*pull)(const lnt_layer *layer, const lnt_layer_point *point, lnt_layer_pull *pull);
} lnt_layer_rules;

extern const lnt_layer_rules lnt_dense_rules, lnt_activation_rules, lnt_residual_rules,
    lnt_dropout_rules, lnt_prelu_rules, lnt_batch_norm_rules, lnt_layer_norm_rules,
    lnt_rms_norm_rules;

/** A kind of layer: stateless, constant; functions are required unless it is said otherwise. */
struct lnt_layer_kind {
    const char *name;
    /**
     * Validates the description, puts numbers where it stands for a default, and states the shapes
     * in `shape`, which comes zeroed.
     */
    lnt_status (*shape)(lnt_layer *layer, size_t inputs, lnt_layer_shape *shape);
    /**
     * Sets parameter tensor `index`, drawing from (seed, stream). `next` is the activation that
     * follows: the layer's own, or that of a layer behind it. NULL for layers without parameters.
     */
    lnt_status (*init)(const lnt_layer *layer, const lnt_layer *next, size_t index, uint64_t seed,
                       uint64_t stream, lnt_tensor *parameter);
    lnt_status (*forward)(const lnt_layer *layer, lnt_layer_run *run);
    lnt_status (*backward)(const lnt_layer *layer, lnt_layer_run *run);
    size_t plan_size;  /**< bytes that `bind` fills */
    size_t n_products; /**< matrix products in them */
    /** Makes the plan of a run whose views are all set; NULL for a kind without a plan. */
    void (*bind)(const lnt_layer *layer, lnt_layer_run *run);
    /**
     * In place of forward and backward, for a kind that can share the work out: all members of a
     * team call it at once. What it writes is complete when all have returned.
     */
    void (*share_forward)(const lnt_layer *layer, const lnt_layer_run *run,
                          const lnt_member *member);
    void (*share_backward)(const lnt_layer *layer, const lnt_layer_run *run,
                           const lnt_member *member);
    /** Describes the products [n_products] of such a run; NULL likewise. */
    void (*products)(const lnt_layer *layer, const lnt_layer_run *run, lnt_product *products);
    /** The first values of statistic `index`; NULL for a layer without statistics. */
    double (*first_statistic)(size_t index);
    /** Moves statistics [1, cols] towards those of a batch of `rows` rows; NULL likewise. */
    void (*update)(const lnt_layer *layer, size_t rows, const void *once, lnt_tensor *statistics);
    const lnt_layer_rules *rules;
    bool has_own_dx;     /**< dx is apart from dy; else backward works in place */
    bool has_weights;    /**< a matrix of them, whose input the layers before it are */
    bool is_transparent; /**< the activation behind it decides the weights before it */
    bool has_activation; /**< `activation` and `alpha` mean something */
    bool has_span;       /**< `span` does, and `skip` */
    bool draws;          /**< in training it is another function with each draw, unless rate is 0 */
    bool is_leaky;       /**< it acts as a leaky ReLU of slope `alpha` on what comes before */
};

/** A mix of all that decides what the layer does to signals, besides its shapes, for signatures. */
uint64_t lnt_layer_signature(const lnt_layer *layer);

#endif
