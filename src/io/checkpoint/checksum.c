/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "io/checkpoint/file.h"

#include <stdlib.h>
#include <string.h>

/* The checksum is of the metadata as one line of JSON: sorted keys, no blanks, as few escapes as
 * possible, hexadecimal digits in capitals. */

/* Writes a byte as JSON and returns the length; `to` may be NULL. */
static size_t put_byte(char *to, char byte)
{
    static const char letters[] = "bfnrt\"\\", bytes[] = "\b\f\n\r\t\"\\";
    static const char digits[] = "0123456789ABCDEF";
    const char *special = byte != '\0' ? strchr(bytes, byte) : NULL;
    const unsigned code = (unsigned char) byte;
    const size_t length = special != NULL ? 2 : code < 0x20 ? 6 : 1;
    if (to == NULL) {
        return length;
    }
    if (length == 1) {
        *to = byte;
    } else if (length == 2) {
        to[0] = '\\';
        to[1] = letters[special - bytes];
    } else {
        memcpy(to, "\\u00", 4);
        to[4] = digits[code >> 4u];
        to[5] = digits[code & 15u];
    }
    return length;
}

static size_t put_text(char *to, const char *text)
{
    size_t length = 0;
    for (; *text != '\0'; text++) {
        length += put_byte(to != NULL ? to + length : NULL, *text);
    }
    return length;
}

/* Writes `"text"` and the character after it. */
static size_t put_quoted(char *to, const char *text, char behind)
{
    const size_t length = put_text(to != NULL ? to + 1 : NULL, text);
    if (to != NULL) {
        to[0] = '"';
        to[1 + length] = '"';
        to[2 + length] = behind;
    }
    return length + 3;
}

/* Writes all items; returns the length, also for `to` NULL. */
static size_t put_all(char *to, const lnt_name_item *const *items, size_t count)
{
    size_t length = 1;
    for (size_t i = 0; i < count; i++) {
        length += put_quoted(to != NULL ? to + length : NULL, items[i]->name, ':');
        length +=
            put_quoted(to != NULL ? to + length : NULL, items[i]->value, i + 1 < count ? ',' : '}');
    }
    if (to != NULL) {
        to[0] = '{';
    }
    return length;
}

static int by_name(const void *a, const void *b)
{
    const lnt_name_item *const *x = a, *const *y = b;
    return strcmp((*x)->name, (*y)->name);
}

static lnt_status checksum_items(const lnt_name_item *const *items, size_t count,
                                 lnt_checksum *checksum)
{
    const size_t length = put_all(NULL, items, count);
    char *text = lnt_allocate_unset(NULL, length, 1);
    if (text == NULL) {
        return LNT_ERR_MEMORY;
    }
    const lnt_checksum_part part = {text, put_all(text, items, count), 1};
    const lnt_status status = lnt_checksum_of(&part, 1, checksum);
    lnt_release(NULL, text);
    return status;
}

lnt_status lnt_checkpoint_metadata_checksum(const lnt_name_map *metadata, lnt_checksum *checksum)
{
    const lnt_name_item **items = lnt_allocate_unset(NULL, metadata->count, sizeof *items);
    if (items == NULL) {
        return LNT_ERR_MEMORY;
    }
    size_t count = 0;
    for (size_t i = 0; i < metadata->count; i++) {
        if (strcmp(metadata->items[i].name, LNT_CHECKPOINT_CHECKSUM_KEY) != 0) {
            items[count++] = &metadata->items[i];
        }
    }
    qsort(items, count, sizeof *items, by_name);
    const lnt_status status = checksum_items(items, count, checksum);
    lnt_release(NULL, items);
    return status;
}

lnt_status lnt_checkpoint_json_checksum(const json_t *metadata, lnt_checksum *checksum)
{
    lnt_name_map map = {0};
    map.items = lnt_allocate(NULL, json_object_size(metadata), sizeof *map.items);
    if (map.items == NULL) {
        return LNT_ERR_MEMORY;
    }
    const char *key;
    json_t *value;
    json_object_foreach((json_t *) metadata, key, value) /* only read */
    {
        lnt_name_map_add(&map, key, json_string_value(value));
    }
    const lnt_status status = lnt_checkpoint_metadata_checksum(&map, checksum);
    lnt_name_map_clear(&map, NULL);
    return status;
}
