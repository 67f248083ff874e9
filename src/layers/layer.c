/* SPDX-License-Identifier: MIT */
#include "layers/layer.h"

const char *lnt_layer_name(const lnt_layer *layer)
{
    return layer != NULL && layer->kind != NULL ? layer->kind->name : NULL;
}
