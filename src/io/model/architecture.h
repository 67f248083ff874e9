/* SPDX-License-Identifier: MIT */
#ifndef LINNET_IO_MODEL_ARCHITECTURE_H
#define LINNET_IO_MODEL_ARCHITECTURE_H

#include "io/json/text.h"

#include <linnet/net.h>

/**
 * The layers of a net as JSON, all but the parameters:
 * {"dtype": "F32", "inputs": 64, "seed": "42", "layers": [{"kind": "dense", "units": 10,
 * "activation": "leaky_relu", "alpha": "0.01", "bias": true}, ...]}. `alpha` is there if the
 * activation has one; files of linnet 0.1.0 had it always.
 */

/** NULL without memory. */
json_t *lnt_architecture_json(const lnt_net *net);

/**
 * Fills a configuration from which `lnt_net_create` makes the net with all parameters zero.
 * `*layers`, to which it points, belongs to the caller, on failure too. `LNT_ERR_FORMAT`,
 * `LNT_ERR_MEMORY`.
 */
lnt_status lnt_architecture_parse(lnt_net_config *config, lnt_layer **layers, const json_t *root,
                                  const char *path, const lnt_allocator *allocator,
                                  lnt_error *error);

#endif
