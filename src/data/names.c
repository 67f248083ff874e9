/* SPDX-License-Identifier: MIT */
#include "data/names.h"

#include "base/arena.h"
#include <string.h>

struct lnt_names {
    lnt_owner owner;
    size_t count;
    size_t filled; /* strings put so far */
    char *next;    /* where the next one goes */
    const char **strings;
};

/* Runs once to measure (returns NULL) and once to place. */
static lnt_names *place(lnt_arena *arena, size_t count, size_t length)
{
    lnt_names *names = lnt_arena_take(arena, 1, sizeof *names);
    const char **strings = lnt_arena_take(arena, count, sizeof *strings);
    char *text = lnt_arena_take(arena, length, 1);
    if (names != NULL) {
        names->strings = strings;
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

void lnt_names_put(lnt_names *names, const char *text, size_t length)
{
    memcpy(names->next, text, length);
    names->next[length] = '\0';
    names->strings[names->filled++] = names->next;
    names->next += length + 1;
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

size_t lnt_names_find(const lnt_names *names, const char *string)
{
    const size_t count = string != NULL ? lnt_names_count(names) : 0;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names->strings[i], string) == 0) {
            return i;
        }
    }
    return LNT_NOT_FOUND;
}
