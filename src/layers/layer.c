/* SPDX-License-Identifier: MIT */
#include "layers/layer.h"

#include "base/hash.h"
#include <string.h>

const char *lnt_layer_name(const lnt_layer *layer)
{
    return layer != NULL && layer->kind != NULL ? layer->kind->name : NULL;
}

static void mix_number(uint64_t *hash, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    lnt_hash_u64(hash, bits);
}

uint64_t lnt_layer_signature(const lnt_layer *layer)
{
    uint64_t hash = LNT_HASH_SEED;
    for (const char *c = layer->kind->name; *c != '\0'; c++) {
        lnt_hash_u64(&hash, (uint64_t) *c);
    }
    if (layer->kind->has_activation) {
        lnt_hash_u64(&hash, (uint64_t) layer->activation);
        mix_number(&hash, layer->alpha);
    }
    if (layer->kind->has_span) {
        lnt_hash_u64(&hash, layer->skip_depth);
    }
    return hash;
}
