/* SPDX-License-Identifier: MIT */
#ifndef LINNET_CLI_OPTIONS_LAYER_LIST_H
#define LINNET_CLI_OPTIONS_LAYER_LIST_H

#include "cli/options/options.h"

/*
 * Layers from words: "dense" (units by its tensors), the name of an activation, "prelu", "dropout",
 * "batch_norm", "layer_norm", "rms_norm"; a number may follow: "leaky_relu=0.1" (alpha),
 * "dropout=0.2" (rate), "rms_norm=1e-6" (epsilon). The caller frees `*layers`.
 */
lnt_status lnt_cli_layer_list(const lnt_cli_texts *words, lnt_layer **layers, lnt_error *error);

#endif
