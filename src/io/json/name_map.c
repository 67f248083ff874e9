/* SPDX-License-Identifier: MIT */
#include "io/json/name_map.h"

#include "base/arena.h"
#include "base/files/file_error.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { N_PARTS = 256 };

void lnt_name_map_add(lnt_name_map *map, const char *name, const void *value)
{
    map->items[map->count++] = (lnt_name_item){XXH3_64bits(name, strlen(name)), name, value};
}

static int compare(const void *a, const void *b)
{
    const lnt_name_item *x = a, *y = b;
    if (x->hash != y->hash) {
        return x->hash < y->hash ? -1 : 1;
    }
    return strcmp(x->name, y->name);
}

static size_t partition_of(const lnt_name_item *item)
{
    return (size_t) (item->hash >> 56u);
}

/*
 * By the hash's first byte, in place; qsort then sorts parts that fit into the cache, and needs
 * little memory of its own.
 */
static void split(lnt_name_map *map, size_t ends[N_PARTS])
{
    size_t next[N_PARTS];
    memset(ends, 0, N_PARTS * sizeof *ends);
    for (size_t i = 0; i < map->count; i++) {
        ends[partition_of(&map->items[i])]++;
    }
    size_t sum = 0;
    for (size_t p = 0; p < N_PARTS; p++) {
        next[p] = sum;
        sum += ends[p];
        ends[p] = sum;
    }
    for (size_t p = 0; p < N_PARTS; p++) {
        while (next[p] < ends[p]) {
            lnt_name_item *item = &map->items[next[p]];
            const size_t target = partition_of(item);
            if (target == p) {
                next[p]++;
            } else {
                const lnt_name_item other = map->items[next[target]];
                map->items[next[target]++] = *item;
                *item = other;
            }
        }
    }
}

const char *lnt_name_map_sort(lnt_name_map *map)
{
    size_t ends[N_PARTS];
    split(map, ends);
    for (size_t p = 0, begin = 0; p < N_PARTS; begin = ends[p++]) {
        qsort(map->items + begin, ends[p] - begin, sizeof *map->items, compare);
    }
    for (size_t i = 1; i < map->count; i++) {
        if (compare(&map->items[i - 1], &map->items[i]) == 0) {
            return map->items[i].name;
        }
    }
    return NULL;
}

const void *lnt_name_map_find(const lnt_name_map *map, const char *name)
{
    if (map == NULL || map->count == 0) {
        return NULL;
    }
    const lnt_name_item key = {XXH3_64bits(name, strlen(name)), name, NULL};
    const lnt_name_item *found = bsearch(&key, map->items, map->count, sizeof *map->items, compare);
    return found != NULL ? found->value : NULL;
}

/* --- texts of a file --- */

static lnt_status fail_key(lnt_json_context context, const char *field, const char *sentence,
                           const char *key, lnt_error *error)
{
    return lnt_file_fail(error, LNT_ERR_FORMAT, context.path, "%s: %s '%s'%s%s", context.what,
                         sentence, lnt_excerpt_of(key).text, field != NULL ? " in " : "",
                         field != NULL ? field : "");
}

lnt_status lnt_name_map_read(lnt_name_map *map, lnt_json_cursor *cursor, lnt_json_context context,
                             const char *field, const lnt_allocator *allocator, lnt_error *error)
{
    if (!lnt_json_enter(cursor, '{')) {
        return lnt_file_fail(error, LNT_ERR_FORMAT, context.path, "%s: expected an object%s%s",
                             context.what, field != NULL ? " as " : "", field != NULL ? field : "");
    }
    map->count = 0;
    map->items = lnt_allocate_unset(allocator, lnt_json_count(*cursor, '}'), sizeof *map->items);
    if (map->items == NULL) {
        return lnt_file_fail_memory(error, context.path);
    }
    while (lnt_json_more(cursor, '}')) {
        const char *key = lnt_json_take_key(cursor);
        const char *value = lnt_json_take_text(cursor);
        if (value == NULL) {
            return fail_key(context, field, "expected text as", key, error);
        }
        lnt_name_map_add(map, key, value);
    }
    const char *duplicate = lnt_name_map_sort(map);
    return duplicate == NULL ? LNT_OK : fail_key(context, field, "duplicate key", duplicate, error);
}

lnt_status lnt_name_map_parse(lnt_name_map *map, const char *text, size_t length,
                              lnt_json_context context, const lnt_allocator *allocator,
                              lnt_error *error)
{
    enum { DEPTH = 1 };
    lnt_json_size size;
    LNT_TRY(lnt_json_check(text, length, DEPTH, context, &size, error));
    map->text = lnt_allocate_unset(allocator, length, 1);
    if (map->text == NULL) {
        return lnt_file_fail_memory(error, context.path);
    }
    memcpy(map->text, text, length);
    lnt_json_cursor cursor = {map->text};
    return lnt_name_map_read(map, &cursor, context, NULL, allocator, error);
}

void lnt_name_map_clear(lnt_name_map *map, const lnt_allocator *allocator)
{
    lnt_release(allocator, map->items);
    lnt_release(allocator, map->text);
    *map = (lnt_name_map){0};
}

static const char *find_text(const void *map, const char *key)
{
    return lnt_name_map_find(map, key);
}

lnt_text_lookup lnt_name_map_texts(const lnt_name_map *map)
{
    return (lnt_text_lookup){map, find_text};
}
