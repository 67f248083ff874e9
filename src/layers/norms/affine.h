/* SPDX-License-Identifier: MIT */
#ifndef LINNET_LAYERS_NORMS_AFFINE_H
#define LINNET_LAYERS_NORMS_AFFINE_H

#include "layers/layer.h"

/**
 * What the norms share: y = g ∘ x̂ + b, with "weight" g and "bias" b [1, cols], each there or not.
 */

/** Adds g and b, those that the layer has, to the shape. */
void lnt_affine_shape(const lnt_layer *layer, size_t cols, lnt_layer_shape *shape);

/** g = 1, b = 0. */
lnt_status lnt_affine_init(const lnt_layer *layer, const lnt_layer *next, size_t index,
                           uint64_t seed, uint64_t stream, lnt_tensor *parameter);

/** The elements of g and b among parameters or gradients; NULL for one that is not there. */
void *lnt_affine_gain(const lnt_layer *layer, const lnt_tensor *tensors);
void *lnt_affine_bias(const lnt_layer *layer, const lnt_tensor *tensors);

/** dg = Σ_rows dy ∘ x̂ and db = Σ_rows dy, for those that are there; x̂ has the step of `normal`. */
lnt_status lnt_affine_gradients(const lnt_layer *layer, lnt_layer_run *run,
                                const lnt_tensor *normal);

/** ẏ = g∘x̂˙ + ġ∘x̂ + ḃ, where x̂ lies in the point's cache and x̂˙ in the tangent's. */
void lnt_affine_push(const lnt_layer *layer, const lnt_layer_point *p, lnt_layer_tangent *t);

/** dg and db, and their change along the direction, as far as the pull wants them. */
lnt_status lnt_affine_pull(const lnt_layer *layer, const lnt_layer_point *p, lnt_layer_pull *q);

/** The elements of ġ of the pull's direction; NULL: 0. */
const void *lnt_affine_gain_dot(const lnt_layer *layer, const lnt_layer_pull *q);

/** Whether epsilon is > 0 and finite. */
bool lnt_affine_epsilon_is_fine(const lnt_layer *layer);

#endif
