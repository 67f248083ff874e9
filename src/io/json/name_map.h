/* SPDX-License-Identifier: MIT */
#ifndef LINNET_IO_JSON_NAME_MAP_H
#define LINNET_IO_JSON_NAME_MAP_H

#include "io/json/scan.h"

#include <linnet/memory.h>
#include <stdint.h>

/** Distinct names, each with a value. Whatever the names are, n log n comparisons sort them. */
typedef struct lnt_name_item {
    uint64_t hash;
    const char *name;
    const void *value;
} lnt_name_item;

typedef struct lnt_name_map {
    size_t count;
    lnt_name_item *items; /* [count] */
    char *text;           /* in which names and values lie, if that is the map's own; or NULL */
} lnt_name_map;

/** Adds a name, for which there is room; names and values are borrowed. */
void lnt_name_map_add(lnt_name_map *map, const char *name, const void *value);

/** Makes the map ready to be searched. NULL, or a name that is there twice. */
const char *lnt_name_map_sort(lnt_name_map *map);

/** The value of a name; NULL if it is not there. */
const void *lnt_name_map_find(const lnt_name_map *map, const char *name);

/**
 * Takes an object of texts, of `source`, at the cursor. Names and values lie in the cursor's text.
 * `field` names the object in sentences. The caller finishes the map, whatever comes.
 * `LNT_ERR_FORMAT` for another value and for a key that is there twice; `LNT_ERR_MEMORY`.
 */
lnt_status lnt_name_map_read(lnt_name_map *map, lnt_json_cursor *cursor, lnt_json_context source,
                             const char *field, const lnt_allocator *allocator, lnt_error *error);

/** The same from a text that is all one object, and has not been checked; it is copied. */
lnt_status lnt_name_map_parse(lnt_name_map *map, const char *text, size_t length,
                              lnt_json_context source, const lnt_allocator *allocator,
                              lnt_error *error);

void lnt_name_map_clear(lnt_name_map *map, const lnt_allocator *allocator);

/** A map whose values are texts, as it was taken; it may be NULL. */
lnt_text_lookup lnt_name_map_texts(const lnt_name_map *map);

#endif
