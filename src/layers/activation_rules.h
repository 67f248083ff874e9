/* SPDX-License-Identifier: MIT */
#ifndef LINNET_LAYERS_ACTIVATION_RULES_H
#define LINNET_LAYERS_ACTIVATION_RULES_H

#include "layers/layer.h"

/** What a dense layer and an activation on its own have in common: y = f(z) and its derivatives. */

/** Whether f has a derivative other than 1. */
bool lnt_activation_bends(const lnt_layer *layer);

/** y = f(z), f' and f'' from z, which comes without the bias; without an activation y is z. */
lnt_status lnt_activation_point(const lnt_layer *layer, lnt_layer_point *p, const lnt_tensor *bias);

/** ẏ = f'(z)∘ż. */
void lnt_activation_push(const lnt_layer *layer, const lnt_layer_point *p, lnt_layer_tangent *t);

/** dz = f'(z)∘dy, and along the direction f'(z)∘(dy)˙ + f''(z)∘ż∘dy, in place. */
void lnt_activation_pull(const lnt_layer *layer, const lnt_layer_point *p, lnt_layer_pull *q);

#endif
