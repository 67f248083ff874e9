/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_TORCH_MODULES_H
#define LINNET_EXCHANGE_TORCH_MODULES_H

#include <linnet/net.h>

/**
 * Layers as modules of an `nn.Sequential`: one module, or two for a dense layer with an activation.
 */

/** The number of modules of a layer. */
size_t lnt_torch_n_modules(const lnt_layer *layer);

/** `LNT_ERR_INVALID`, with the layer in the error message, if nn.Sequential has no such module. */
lnt_status lnt_torch_modules_check(const lnt_net *net, const char *path, lnt_error *error);

/**
 * The whole module as Python text, "nn.Sequential(nn.Linear(4, 3), nn.ReLU())"; a block of the
 * default allocator. `LNT_ERR_MEMORY`.
 */
lnt_status lnt_torch_modules_text(const lnt_net *net, char **text);

#endif
