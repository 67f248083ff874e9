/* SPDX-License-Identifier: MIT */
#ifndef LINNET_IO_MODEL_ARCHITECTURE_H
#define LINNET_IO_MODEL_ARCHITECTURE_H

#include "io/json/text.h"

#include <linnet/net.h>

/**
 * The layers of a net as JSON, all but the parameters: {"dtype": "F32", "inputs": 64, "seed": "42",
 * "layers": [{"kind": "dense", "units": 10, "activation": "leaky_relu", "alpha": "0.01", "bias":
 * true}, ...]}. `alpha` is present if the activation has one; files of linnet 0.1.0 always have it.
 */

/** NULL without memory. */
json_t *lnt_architecture_json(const lnt_net *net);

/**
 * Fills a configuration for `lnt_net_create`, with all parameters zero. `*layers`, to which it
 * points, belongs to the caller, also on failure. `LNT_ERR_FORMAT`, `LNT_ERR_MEMORY`.
 */
lnt_status lnt_architecture_parse(lnt_net_config *config, lnt_layer **layers, const json_t *root,
                                  const char *path, const lnt_allocator *allocator,
                                  lnt_error *error);

#endif
