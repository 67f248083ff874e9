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
    size_t filled; /* strings appended so far */
    char *next;    /* memory for the next string */
    const char **strings;
    uint32_t *slots; /* open addressing: index + 1, with REPEATED; 0: empty; NULL for few strings */
    size_t n_slots;  /* a power of 2 */
};

/* Shorter lists are searched linearly. */
#define LINEAR_MAX 16
#define REPEATED 0x80000000U /* the string occurs again later */

static size_t slots_for(size_t count)
{
    size_t n_slots = 0;
    if (count > LINEAR_MAX && count < REPEATED / 2) {
        for (n_slots = 32; n_slots < 2 * count; n_slots *= 2) {
        }
    }
    return n_slots;
}

/* Runs once to compute the size (returns NULL) and once to lay out the block. */
static lnt_names *lay_out(lnt_arena *arena, size_t count, size_t length)
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

lnt_status lnt_names_allocate(lnt_names **names, size_t count, size_t length,
                              const lnt_allocator *allocator)
{
    *names = NULL;
    if (length > SIZE_MAX - count) {
        return LNT_ERR_MEMORY;
    }
    lnt_arena arena = {0};
    lay_out(&arena, count, length + count);
    void *block = arena.overflow ? NULL : lnt_allocate(allocator, arena.used, 1);
    if (block == NULL) {
        return LNT_ERR_MEMORY;
    }
    arena = (lnt_arena){.base = block};
    *names = lay_out(&arena, count, length + count);
    (*names)->owner = lnt_owner_of(allocator);
    (*names)->count = count;
    return LNT_OK;
}

/* The slot of a string, or the empty slot for it. */
static uint32_t *slot_of(const lnt_names *names, const char *text, size_t length)
{
    const size_t mask = names->n_slots - 1;
    size_t i = (size_t) lnt_hash_bytes(text, length) & mask;
    while (names->slots[i] != 0 &&
           strcmp(names->strings[(names->slots[i] & ~REPEATED) - 1], text) != 0) {
        i = (i + 1) & mask;
    }
    return &names->slots[i];
}

void lnt_names_append(lnt_names *names, const char *text, size_t length)
{
    char *const string = names->next;
    memcpy(string, text, length);
    string[length] = '\0';
    names->strings[names->filled++] = string;
    names->next += length + 1;
    if (names->slots != NULL) {
        uint32_t *const slot = slot_of(names, string, strlen(string));
        *slot = *slot != 0 ? *slot | REPEATED : (uint32_t) names->filled;
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
    LNT_TRY(lnt_names_allocate(names, count, length, allocator));
    for (size_t i = 0; i < count; i++) {
        lnt_names_append(*names, strings[i], strlen(strings[i]));
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
    return slot != 0 ? (slot & ~REPEATED) - 1 : LNT_NOT_FOUND;
}

size_t lnt_names_find_next(const lnt_names *names, size_t found)
{
    const char *string = names->strings[found];
    if (names->slots != NULL && (*slot_of(names, string, strlen(string)) & REPEATED) == 0) {
        return LNT_NOT_FOUND;
    }
    return find_from(names, found + 1, string);
}
