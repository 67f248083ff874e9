/* SPDX-License-Identifier: MIT */
#ifndef METADATA_SUPPORT_H
#define METADATA_SUPPORT_H

/* The metadata of a safetensors file, for tests that change it and write it again. */

#include "io/safetensors/safetensors.h"

#include <jansson.h>

/* A new object of texts; the caller frees it. */
static json_t *metadata_json(const lnt_st_file *file)
{
    const lnt_name_map *map = lnt_st_metadata(file);
    json_t *object = json_object();
    for (size_t i = 0; i < map->count; i++) {
        json_object_set_new(object, map->items[i].name, json_string(map->items[i].value));
    }
    return object;
}

#endif
