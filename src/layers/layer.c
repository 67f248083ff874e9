/* SPDX-License-Identifier: MIT */
#include "layers/layer.h"

#include <string.h>

const char *lnt_layer_name(const lnt_layer *layer)
{
    return layer != NULL && layer->kind != NULL ? layer->kind->name : NULL;
}

/* FNV-1a. */
static void mix(uint64_t *hash, uint64_t value)
{
    for (int byte = 0; byte < 8; byte++) {
        *hash = (*hash ^ (value >> (8 * byte) & 0xFF)) * UINT64_C(0x100000001B3);
    }
}

static void mix_number(uint64_t *hash, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    mix(hash, bits);
}

uint64_t lnt_layer_signature(const lnt_layer *layer)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (const char *c = layer->kind->name; *c != '\0'; c++) {
        mix(&hash, (uint64_t) *c);
    }
    if (layer->kind->has_activation) {
        mix(&hash, (uint64_t) layer->activation);
        mix_number(&hash, layer->alpha);
    }
    if (layer->kind->has_span) {
        mix(&hash, layer->span);
    }
    return hash;
}
