/* SPDX-License-Identifier: MIT */
#include "cli/commands/info.h"

#include <string.h>

/* Numbers that kinds of layers have, besides their shapes. */
static const struct {
    const char *kind;
    const char *name;
    size_t offset;
} numbers[] = {
    {"dropout", "rate", offsetof(lnt_layer, rate)},
    {"batch_norm", "epsilon", offsetof(lnt_layer, epsilon)},
    {"batch_norm", "momentum", offsetof(lnt_layer, momentum)},
    {"layer_norm", "epsilon", offsetof(lnt_layer, epsilon)},
    {"rms_norm", "epsilon", offsetof(lnt_layer, epsilon)},
};

enum { N_NUMBERS = sizeof numbers / sizeof numbers[0] };

bool lnt_cli_info_has_activation(const lnt_layer *layer)
{
    const char *name = lnt_layer_name(layer);
    return strcmp(name, "dense") == 0 || strcmp(name, "activation") == 0;
}

bool lnt_cli_info_has_alpha(const lnt_layer *layer)
{
    return layer->activation == LNT_LEAKY_RELU || layer->activation == LNT_ELU ||
           layer->activation == LNT_SINE;
}

bool lnt_cli_info_number(const lnt_layer *layer, size_t *next, const char **name, double *value)
{
    while (*next < N_NUMBERS) {
        const size_t i = (*next)++;
        if (strcmp(numbers[i].kind, lnt_layer_name(layer)) == 0) {
            *name = numbers[i].name;
            memcpy(value, (const char *) layer + numbers[i].offset, sizeof *value);
            return true;
        }
    }
    return false;
}
