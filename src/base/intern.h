/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_INTERN_H
#define LINNET_BASE_INTERN_H

#include <linnet/memory.h>
#include <linnet/status.h>
#include <stddef.h>
#include <stdint.h>

/** Distinct byte strings, numbered from 0 in the order in which they came. */
typedef struct lnt_intern {
    const lnt_allocator *allocator;
    size_t count;
    size_t length; /* of all strings, terminators not counted */
    struct lnt_intern_entry *entries;
    size_t entries_capacity;
    char *bytes;
    size_t bytes_capacity;
    size_t *slots; /* open addressing: entry + 1, or 0 */
    size_t n_slots;
} lnt_intern;

/** An empty set, which owns nothing yet; `allocator` must outlive it. */
lnt_intern lnt_intern_init(const lnt_allocator *allocator);
void lnt_intern_finish(lnt_intern *set);

/** The number of a string, which is taken in if it is new. On failure the set is unchanged. */
lnt_status lnt_intern_add(lnt_intern *set, const void *text, size_t length, size_t *number);

/** The number of a string, or SIZE_MAX. */
size_t lnt_intern_find(const lnt_intern *set, const void *text, size_t length);

/** String `i`, terminated; owned by the set until the next addition. */
const char *lnt_intern_get(const lnt_intern *set, size_t i);

/** A set of numbers instead: equal numbers, such as 0 and -0, are one. */
lnt_status lnt_intern_add_number(lnt_intern *set, double value, size_t *number);
size_t lnt_intern_find_number(const lnt_intern *set, double value);
double lnt_intern_get_number(const lnt_intern *set, size_t i);

#endif
