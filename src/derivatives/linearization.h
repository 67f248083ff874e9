/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DERIVATIVES_LINEARIZATION_H
#define LINNET_DERIVATIVES_LINEARIZATION_H

#include "base/arena.h"
#include "layers/layer.h"
#include "net/net.h"

/**
 * A net at a batch, in inference, so that each row's output depends on that row alone: with all
 * that derivatives of any row need. The batch's memory and the net must stay as they are until the
 * last derivative is taken. Directions and gradients of parameters are flat, [n_parameters], as the
 * net's. Nothing is allocated but by the arena; one thread, the caller's, works.
 */

/** What a point has room for. */
enum {
    LNT_POINT_INPUTS = 1, /**< gradients of the inputs */
    LNT_POINT_PUSH = 2,   /**< directions: forward derivatives */
    LNT_POINT_SECOND = 4  /**< second derivatives; with both of the above */
};

typedef struct lnt_point {
    lnt_dtype dtype;
    uint64_t signature;
    unsigned parts;
    size_t max_rows;
    size_t rows; /* of the batch at hand */
    const lnt_net *net;
    lnt_tensor *parameters;      /* [n_tensors + n_statistics]: of the net at hand */
    lnt_layer_point *layers;     /* [n_layers] */
    lnt_tensor *deltas;          /* [n_layers + 1]: dL/d(what comes into layer l), the last of ŷ */
    lnt_layer_tangent *tangents; /* [n_layers] */
    lnt_tensor x_dot;            /* of the inputs; without data: 0 */
    lnt_tensor *directions;      /* [n_tensors]: views of a flat direction, or gradient */
    lnt_tensor *gradients;       /* [n_tensors] likewise */
    lnt_tensor *deltas_dot;      /* [n_layers + 1] */
    lnt_tensor *gradients_dot;   /* [n_tensors] */
} lnt_point;

/** Takes a point from the arena; NULL while that measures. */
lnt_point *lnt_point_place(lnt_arena *arena, const lnt_net *net, size_t max_rows, unsigned parts);

/** Forward: x [rows ≤ max_rows, inputs] of the net's dtype, any strides. */
lnt_status lnt_point_set(lnt_point *point, const lnt_net *net, const lnt_tensor *x);

/** ŷ [rows, outputs]; valid until the next `set`. */
lnt_tensor lnt_point_output(const lnt_point *point);

/**
 * Backward from u = dL/dŷ [rows, outputs]: `gradient` [n_parameters] = Σ over the rows, or NULL.
 * Afterwards, for each row, `lnt_point_delta`, and with LNT_POINT_INPUTS `lnt_point_x_gradient`.
 */
lnt_status lnt_point_pull(lnt_point *point, const lnt_tensor *u, void *gradient);

/** What came into layer l [rows, inputs of l]. */
const lnt_tensor *lnt_point_input(const lnt_point *point, size_t l);

/** dL/dz of a dense layer l, before its activation, or dL/dy of another kind, by the last pull. */
lnt_tensor lnt_point_delta(const lnt_point *point, size_t l);

/** dL/dx [rows, inputs] of the last pull. */
lnt_tensor lnt_point_x_gradient(const lnt_point *point);

/**
 * Forward derivative along ẋ [rows, inputs] and ṗ [n_parameters], either NULL for 0: `*y_dot`
 * becomes a view of ẏ, valid until the next push. Both must stay until the last `pull_along`.
 */
lnt_status lnt_point_push(lnt_point *point, const lnt_tensor *x_dot, const void *p_dot,
                          lnt_tensor *y_dot);

/**
 * Backward from u, and its change along the direction of the last push, where u itself changes by
 * u̇ [rows, outputs], NULL for 0: `gradient` as above, `gradient_dot` its derivative, each NULL if
 * not wanted; and `lnt_point_x_gradient_dot`.
 */
lnt_status lnt_point_pull_along(lnt_point *point, const lnt_tensor *u, const lnt_tensor *u_dot,
                                void *gradient, void *gradient_dot);
lnt_tensor lnt_point_x_gradient_dot(const lnt_point *point);

#endif
