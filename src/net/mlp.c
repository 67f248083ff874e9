/* SPDX-License-Identifier: MIT */
#include <linnet/net.h>

lnt_status lnt_mlp(size_t input, size_t hidden, size_t output, size_t layers_num, lnt_layer *layers,
                   lnt_net_config *config)
{
    if (layers == NULL || config == NULL) {
        return LNT_ERR_NULL;
    }
    if (input == 0 || output == 0 || layers_num == 0 || (hidden == 0 && layers_num > 1)) {
        return LNT_ERR_INVALID;
    }
    for (size_t l = 0; l + 1 < layers_num; l++) {
        layers[l] = lnt_dense(hidden, LNT_RELU);
    }
    layers[layers_num - 1] = lnt_dense(output, LNT_IDENTITY);
    config->inputs = input;
    config->layers = layers;
    config->n_layers = layers_num;
    return LNT_OK;
}
