/* SPDX-License-Identifier: MIT */
#include "base/intern.h"

#include "base/hash.h"

#include <string.h>

struct lnt_intern_entry {
    size_t begin;
    size_t length;
    uint64_t hash;
};

lnt_intern lnt_intern_init(const lnt_allocator *allocator)
{
    return (lnt_intern){.allocator = allocator};
}

void lnt_intern_finish(lnt_intern *set)
{
    lnt_release(set->allocator, set->entries);
    lnt_release(set->allocator, set->bytes);
    lnt_release(set->allocator, set->slots);
    *set = lnt_intern_init(set->allocator);
}

/* FNV-1a, whose upper bits are folded into the lower ones that choose the slot. */
/* The slot that holds the string, or the empty one where it belongs. */
static size_t *slot_of(const lnt_intern *set, const char *text, size_t length, uint64_t hash)
{
    const size_t mask = set->n_slots - 1;
    for (size_t i = (size_t) hash & mask;; i = (i + 1) & mask) {
        if (set->slots[i] == 0) {
            return &set->slots[i];
        }
        const struct lnt_intern_entry *entry = &set->entries[set->slots[i] - 1];
        if (entry->hash == hash && entry->length == length &&
            memcmp(set->bytes + entry->begin, text, length) == 0) {
            return &set->slots[i];
        }
    }
}

/* A block with room for `needed` items, at least doubled; what was in it is kept. */
static lnt_status grow(const lnt_allocator *allocator, void **block, size_t *capacity,
                       size_t needed, size_t size)
{
    if (needed <= *capacity) {
        return LNT_OK;
    }
    size_t more = *capacity < 64 ? 64 : *capacity;
    more = more <= SIZE_MAX / 2 ? 2 * more : SIZE_MAX;
    more = more < needed ? needed : more;
    void *larger = lnt_allocate(allocator, more, size);
    if (larger == NULL) {
        return LNT_ERR_MEMORY;
    }
    if (*block != NULL) {
        memcpy(larger, *block, *capacity * size);
    }
    lnt_release(allocator, *block);
    *block = larger;
    *capacity = more;
    return LNT_OK;
}

/* Keeps at least half of the slots empty. */
static lnt_status grow_slots(lnt_intern *set)
{
    if (set->count < set->n_slots / 2) {
        return LNT_OK;
    }
    const size_t n_slots = set->n_slots == 0 ? 64 : 2 * set->n_slots;
    size_t *slots = lnt_allocate(set->allocator, n_slots, sizeof *slots);
    if (slots == NULL) {
        return LNT_ERR_MEMORY;
    }
    lnt_release(set->allocator, set->slots);
    set->slots = slots;
    set->n_slots = n_slots;
    for (size_t i = 0; i < set->count; i++) {
        size_t slot = (size_t) set->entries[i].hash & (n_slots - 1);
        while (slots[slot] != 0) {
            slot = (slot + 1) & (n_slots - 1);
        }
        slots[slot] = i + 1;
    }
    return LNT_OK;
}

lnt_status lnt_intern_add(lnt_intern *set, const void *text, size_t length, size_t *number)
{
    LNT_TRY(grow_slots(set));
    const uint64_t hash = lnt_hash_bytes(text, length);
    size_t *slot = slot_of(set, text, length, hash);
    if (*slot == 0) {
        const size_t begin = set->length + set->count;
        void *entries = set->entries, *bytes = set->bytes;
        lnt_status status = grow(set->allocator, &entries, &set->entries_capacity, set->count + 1,
                                 sizeof *set->entries);
        set->entries = entries;
        if (status == LNT_OK) {
            status = grow(set->allocator, &bytes, &set->bytes_capacity, begin + length + 1, 1);
            set->bytes = bytes;
        }
        LNT_TRY(status);
        memcpy(set->bytes + begin, text, length);
        set->bytes[begin + length] = '\0';
        set->entries[set->count] = (struct lnt_intern_entry){begin, length, hash};
        set->length += length;
        *slot = ++set->count;
    }
    *number = *slot - 1;
    return LNT_OK;
}

size_t lnt_intern_find(const lnt_intern *set, const void *text, size_t length)
{
    if (set->n_slots == 0) {
        return SIZE_MAX;
    }
    const size_t slot = *slot_of(set, text, length, lnt_hash_bytes(text, length));
    return slot != 0 ? slot - 1 : SIZE_MAX;
}

const char *lnt_intern_get(const lnt_intern *set, size_t i)
{
    return set->bytes + set->entries[i].begin;
}

/* Equal numbers need equal bytes. */
static double key_of(double value)
{
    return value == 0 ? 0 : value;
}

lnt_status lnt_intern_add_number(lnt_intern *set, double value, size_t *number)
{
    const double key = key_of(value);
    return lnt_intern_add(set, &key, sizeof key, number);
}

size_t lnt_intern_find_number(const lnt_intern *set, double value)
{
    const double key = key_of(value);
    return lnt_intern_find(set, &key, sizeof key);
}

double lnt_intern_get_number(const lnt_intern *set, size_t i)
{
    double value;
    memcpy(&value, lnt_intern_get(set, i), sizeof value);
    return value;
}
