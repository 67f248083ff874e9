/* SPDX-License-Identifier: MIT */
#ifndef LINNET_IO_JSON_NAME_MAP_H
#define LINNET_IO_JSON_NAME_MAP_H

#include "io/json/scan.h"

#include <linnet/memory.h>
#include <stdint.h>

/** A map of distinct names to values. Sorting takes n log n comparisons for any names. */
typedef struct lnt_name_item {
    uint64_t hash;
    const char *name;
    const void *value;
} lnt_name_item;

typedef struct lnt_name_map {
    size_t count;
    lnt_name_item *items; /* [count] */
    char *text;           /* memory of names and values, if the map owns it; or NULL */
} lnt_name_map;

/** Adds a name; `items` must have space. Names and values are borrowed. */
void lnt_name_map_add(lnt_name_map *map, const char *name, const void *value);

/** Sorts the map for searching. Returns NULL, or a duplicate name. */
const char *lnt_name_map_sort(lnt_name_map *map);

/** The value of a name; NULL if there is none. */
const void *lnt_name_map_find(const lnt_name_map *map, const char *name);

/**
 * Reads an object of texts at the cursor. Names and values are in the cursor's text. `field` is the
 * name of the object in error messages. The caller clears the map, also on failure.
 * `LNT_ERR_FORMAT` for a value that is not a text and for a duplicate key; `LNT_ERR_MEMORY`.
 */
lnt_status lnt_name_map_read(lnt_name_map *map, lnt_json_cursor *cursor, lnt_json_context context,
                             const char *field, const lnt_allocator *allocator, lnt_error *error);

/** The same from a text that is one object and not yet validated; it is copied. */
lnt_status lnt_name_map_parse(lnt_name_map *map, const char *text, size_t length,
                              lnt_json_context context, const lnt_allocator *allocator,
                              lnt_error *error);

void lnt_name_map_clear(lnt_name_map *map, const lnt_allocator *allocator);

/** Looks up texts in a map of texts, which may be NULL. */
lnt_text_lookup lnt_name_map_texts(const lnt_name_map *map);

#endif
