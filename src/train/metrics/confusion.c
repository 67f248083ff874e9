/* SPDX-License-Identifier: MIT */
#include "train/metrics/confusion.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 1024 };

/* Twice the cells there may be, as a power of 2. */
static size_t capacity_for(size_t classes, size_t max_rows)
{
    size_t cells = max_rows;
    if (cells / classes >= classes) {
        cells = classes * classes;
    }
    size_t capacity = FIRST_CAPACITY;
    while (capacity / 2 < cells && capacity <= SIZE_MAX / 4) {
        capacity *= 2;
    }
    return capacity;
}

lnt_status lnt_confusion_init(lnt_confusion *confusion, size_t classes, size_t max_rows,
                              const lnt_allocator *allocator)
{
    *confusion = (lnt_confusion){.allocator = allocator, .classes = classes};
    confusion->support = lnt_allocate(allocator, classes, 3 * sizeof(double));
    if (confusion->support == NULL) {
        return LNT_ERR_MEMORY;
    }
    confusion->predicted = confusion->support + classes;
    confusion->correct = confusion->predicted + classes;
    if (classes <= LNT_CONFUSION_DENSE) {
        confusion->dense = lnt_allocate(allocator, classes * classes, sizeof *confusion->dense);
        return confusion->dense != NULL ? LNT_OK : LNT_ERR_MEMORY;
    }
    confusion->capacity = capacity_for(classes, max_rows);
    confusion->cells = lnt_allocate(allocator, confusion->capacity, sizeof *confusion->cells);
    return confusion->cells != NULL ? LNT_OK : LNT_ERR_MEMORY;
}

void lnt_confusion_clear(lnt_confusion *confusion)
{
    lnt_release(confusion->allocator, confusion->support);
    lnt_release(confusion->allocator, confusion->dense);
    lnt_release(confusion->allocator, confusion->cells);
    *confusion = (lnt_confusion){.classes = 0};
}

void lnt_confusion_reset(lnt_confusion *confusion)
{
    const size_t classes = confusion->classes;
    confusion->used = 0;
    if (confusion->support != NULL) {
        memset(confusion->support, 0, classes * 3 * sizeof *confusion->support);
    }
    if (confusion->dense != NULL) {
        memset(confusion->dense, 0, classes * classes * sizeof *confusion->dense);
    }
    if (confusion->cells != NULL) {
        memset(confusion->cells, 0, confusion->capacity * sizeof *confusion->cells);
    }
}

/* The cell of a key, or the empty one where it belongs. */
static lnt_confusion_cell *find(lnt_confusion_cell *cells, size_t capacity, uint64_t key)
{
    const uint64_t hash = key * UINT64_C(0x9E3779B97F4A7C15);
    size_t i = (size_t) (hash >> 32u) & (capacity - 1);
    while (cells[i].key != 0 && cells[i].key != key) {
        i = (i + 1) & (capacity - 1);
    }
    return &cells[i];
}

static lnt_status grow(lnt_confusion *confusion)
{
    const size_t capacity = 2 * confusion->capacity;
    lnt_confusion_cell *cells = lnt_allocate(confusion->allocator, capacity, sizeof *cells);
    if (cells == NULL) {
        return LNT_ERR_MEMORY;
    }
    for (size_t i = 0; i < confusion->capacity; i++) {
        const lnt_confusion_cell *cell = &confusion->cells[i];
        if (cell->key != 0) {
            *find(cells, capacity, cell->key) = *cell;
        }
    }
    lnt_release(confusion->allocator, confusion->cells);
    confusion->cells = cells;
    confusion->capacity = capacity;
    return LNT_OK;
}

static uint64_t key_of(const lnt_confusion *confusion, size_t truth, size_t predicted)
{
    return (uint64_t) truth * confusion->classes + predicted + 1;
}

static lnt_status add_cell(lnt_confusion *confusion, uint64_t key, double weight)
{
    lnt_confusion_cell *cell = find(confusion->cells, confusion->capacity, key);
    if (cell->key == 0) {
        if (2 * confusion->used >= confusion->capacity) {
            LNT_TRY(grow(confusion));
            cell = find(confusion->cells, confusion->capacity, key);
        }
        cell->key = key;
        confusion->used++;
    }
    cell->weight += weight;
    return LNT_OK;
}

lnt_status lnt_confusion_add(lnt_confusion *confusion, size_t truth, size_t predicted,
                             double weight)
{
    if (predicted < confusion->classes) {
        if (confusion->dense != NULL) {
            confusion->dense[truth * confusion->classes + predicted] += weight;
        } else {
            LNT_TRY(add_cell(confusion, key_of(confusion, truth, predicted), weight));
        }
        confusion->predicted[predicted] += weight;
        confusion->correct[truth] += predicted == truth ? weight : 0;
    }
    confusion->support[truth] += weight;
    return LNT_OK;
}

double lnt_confusion_at(const lnt_confusion *confusion, size_t truth, size_t predicted)
{
    return confusion->dense != NULL
               ? confusion->dense[truth * confusion->classes + predicted]
               : find(confusion->cells, confusion->capacity, key_of(confusion, truth, predicted))
                     ->weight;
}

/* --- the cells that are not 0 --- */

/* Copies them in storage order; `entries` may be NULL. Returns their number. */
static size_t gather(const lnt_confusion *confusion, lnt_confusion_entry *entries)
{
    const size_t classes = confusion->classes;
    const size_t slots = confusion->dense != NULL ? classes * classes : confusion->capacity;
    size_t count = 0;
    for (size_t i = 0; i < slots; i++) {
        const double weight =
            confusion->dense != NULL ? confusion->dense[i] : confusion->cells[i].weight;
        if (weight == 0) {
            continue;
        }
        if (entries != NULL) {
            const uint64_t index = confusion->dense != NULL ? i : confusion->cells[i].key - 1;
            entries[count] = (lnt_confusion_entry){(size_t) (index / classes),
                                                   (size_t) (index % classes), weight};
        }
        count++;
    }
    return count;
}

size_t lnt_confusion_count(const lnt_confusion *confusion)
{
    return gather(confusion, NULL);
}

static int by_classes(const void *a, const void *b)
{
    const lnt_confusion_entry *x = a, *y = b;
    if (x->truth != y->truth) {
        return x->truth < y->truth ? -1 : 1;
    }
    return x->predicted < y->predicted ? -1 : 1;
}

void lnt_confusion_copy(const lnt_confusion *confusion, lnt_confusion_entry *entries)
{
    const size_t count = gather(confusion, entries);
    if (confusion->dense == NULL) {
        qsort(entries, count, sizeof *entries, by_classes);
    }
}
