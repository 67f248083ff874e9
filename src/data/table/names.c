/* SPDX-License-Identifier: MIT */
#include "data/table/names.h"

#include "base/arena.h"
#include "base/hash.h"
#include "base/intern.h"
#include <stdint.h>
#include <string.h>

struct lnt_names {
    lnt_owner owner;
    size_t count;
    size_t filled; /* strings put so far */
    char *next;    /* where the next one goes */
    const char **strings;
    uint32_t *slots; /* open addressing: string + 1 and TWICE, or 0; NULL for few strings */
    size_t n_slots;  /* a power of 2 */
};

/* Fewer strings are looked at one by one. */
#define FEW 16
#define TWICE 0x80000000U /* the string is there again */

static size_t slots_for(size_t count)
{
    size_t n_slots = 0;
    if (count > FEW && count < TWICE / 2) {
        for (n_slots = 32; n_slots < 2 * count; n_slots *= 2) {
        }
    }
    return n_slots;
}

/* Runs once to measure (returns NULL) and once to place. */
static lnt_names *place(lnt_arena *arena, size_t count, size_t length)
{
    lnt_names *names = lnt_arena_take(arena, 1, sizeof *names);
    const char **strings = lnt_arena_take(arena, count, sizeof *strings);
    char *text = lnt_arena_take(arena, length, 1);
    const size_t n_slots = slots_for(count);
    uint32_t *slots = lnt_arena_take(arena, n_slots, sizeof *slots);
    if (names != NULL) {
        names->strings = strings;
        names->slots = n_slots > 0 ? slots : NULL;
        names->n_slots = n_slots;
        names->next = text;
    }
    return names;
}

lnt_status lnt_names_begin(lnt_names **names, size_t count, size_t length,
                           const lnt_allocator *allocator)
{
    *names = NULL;
    if (length > SIZE_MAX - count) {
        return LNT_ERR_MEMORY;
    }
    lnt_arena arena = {0};
    place(&arena, count, length + count);
    void *block = arena.overflow ? NULL : lnt_allocate(allocator, arena.used, 1);
    if (block == NULL) {
        return LNT_ERR_MEMORY;
    }
    arena = (lnt_arena){.base = block};
    *names = place(&arena, count, length + count);
    (*names)->owner = lnt_owner_of(allocator);
    (*names)->count = count;
    return LNT_OK;
}

/* The slot of a string, or the empty one where it belongs. */
static uint32_t *slot_of(const lnt_names *names, const char *text, size_t length)
{
    const size_t mask = names->n_slots - 1;
    size_t i = (size_t) lnt_hash_bytes(text, length) & mask;
    while (names->slots[i] != 0 &&
           strcmp(names->strings[(names->slots[i] & ~TWICE) - 1], text) != 0) {
        i = (i + 1) & mask;
    }
    return &names->slots[i];
}

void lnt_names_put(lnt_names *names, const char *text, size_t length)
{
    char *const string = names->next;
    memcpy(string, text, length);
    string[length] = '\0';
    names->strings[names->filled++] = string;
    names->next += length + 1;
    if (names->slots != NULL) {
        uint32_t *const slot = slot_of(names, string, strlen(string));
        *slot = *slot != 0 ? *slot | TWICE : (uint32_t) names->filled;
    }
}

lnt_status lnt_names_create(lnt_names **names, const char *const *strings, size_t count,
                            const lnt_allocator *allocator)
{
    if (names == NULL) {
        return LNT_ERR_NULL;
    }
    *names = NULL;
    if (strings == NULL && count > 0) {
        return LNT_ERR_NULL;
    }
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        if (strings[i] == NULL) {
            return LNT_ERR_NULL;
        }
        length += strlen(strings[i]);
    }
    LNT_TRY(lnt_names_begin(names, count, length, allocator));
    for (size_t i = 0; i < count; i++) {
        lnt_names_put(*names, strings[i], strlen(strings[i]));
    }
    return LNT_OK;
}

lnt_status lnt_names_copy(lnt_names **copy, const lnt_names *names, const lnt_allocator *allocator)
{
    return lnt_names_create(copy, names->strings, names->count, allocator);
}

void lnt_names_destroy(lnt_names *names)
{
    if (names != NULL) {
        lnt_owner_release(names->owner, names);
    }
}

size_t lnt_names_count(const lnt_names *names)
{
    return names != NULL ? names->count : 0;
}

const char *lnt_names_get(const lnt_names *names, size_t i)
{
    return i < lnt_names_count(names) ? names->strings[i] : NULL;
}

static size_t find_from(const lnt_names *names, size_t first, const char *string)
{
    for (size_t i = first; i < names->count; i++) {
        if (strcmp(names->strings[i], string) == 0) {
            return i;
        }
    }
    return LNT_NOT_FOUND;
}

size_t lnt_names_find(const lnt_names *names, const char *string)
{
    if (names == NULL || string == NULL) {
        return LNT_NOT_FOUND;
    }
    if (names->slots == NULL) {
        return find_from(names, 0, string);
    }
    const uint32_t slot = *slot_of(names, string, strlen(string));
    return slot != 0 ? (slot & ~TWICE) - 1 : LNT_NOT_FOUND;
}

size_t lnt_names_find_again(const lnt_names *names, size_t found)
{
    const char *string = names->strings[found];
    if (names->slots != NULL && (*slot_of(names, string, strlen(string)) & TWICE) == 0) {
        return LNT_NOT_FOUND;
    }
    return find_from(names, found + 1, string);
}
