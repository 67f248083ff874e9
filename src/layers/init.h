/* SPDX-License-Identifier: MIT */
#ifndef LINNET_LAYERS_INIT_H
#define LINNET_LAYERS_INIT_H

#include <linnet/layer.h>

/**
 * `lnt_init_fill` for a weight that the activation of `next` follows (NULL: none), which decides
 * what LNT_INIT_AUTO means, and gains of 0.
 */
lnt_status lnt_init_weight(const lnt_init *init, const lnt_layer *next, uint64_t seed,
                           uint64_t stream, lnt_tensor *weight);

#endif
