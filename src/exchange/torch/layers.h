/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_TORCH_LAYERS_H
#define LINNET_EXCHANGE_TORCH_LAYERS_H

#include "exchange/torch/state_dict.h"

#include <linnet/exchange.h>

/** In the metadata of a file of `lnt_torch_export`. */
#define LNT_TORCH_SEQUENTIAL "torch.sequential"
#define LNT_TORCH_NET "linnet.torch.net"   /* the layers, as `lnt_architecture_json` */
#define LNT_TORCH_LOSS "linnet.torch.loss" /* as `lnt_loss_json` */

/** The tensors of one module: [first, first + count) of a state dict. */
typedef struct lnt_torch_module {
    const lnt_torch_tensor *tensors;
    size_t count;
} lnt_torch_module;

/** The module whose tensors begin at `first`. */
lnt_torch_module lnt_torch_module_at(const lnt_torch_state_dict *state_dict, size_t first);

/** The tensor of a field; NULL if there is none. */
const lnt_torch_tensor *lnt_torch_field_of(const lnt_torch_module *module, lnt_torch_field field);

/**
 * Infers the layers from the tensors, with `activation` and `output_activation` between them; the
 * caller frees the block.
 */
lnt_status lnt_torch_infer(const lnt_torch_state_dict *state_dict, const lnt_torch_options *options,
                           lnt_layer **layers, size_t *n_layers, lnt_error *error);

#endif
