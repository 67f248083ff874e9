/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_METRICS_CONFUSION_H
#define LINNET_TRAIN_METRICS_CONFUSION_H

#include <linnet/memory.h>
#include <linnet/metrics.h>
#include <stdint.h>

/** The matrix is dense up to this number of classes. */
#define LNT_CONFUSION_DENSE 256

/** A cell of the sparse matrix. */
typedef struct lnt_confusion_cell {
    uint64_t key; /* truth · classes + prediction + 1; 0: empty */
    double weight;
} lnt_confusion_cell;

/**
 * The weights of rows by true and predicted class. Memory grows with the rows, not with classes².
 */
typedef struct lnt_confusion {
    const lnt_allocator *allocator;
    size_t classes;
    double *support;   /* [classes]: weight of the rows of each class */
    double *predicted; /* [classes]: weight of the rows predicted as each class */
    double *correct;   /* [classes]: weight of the rows of each class that are predicted right */
    double *dense;     /* [classes, classes], or NULL */
    lnt_confusion_cell *cells; /* [capacity], open addressing; or NULL */
    size_t capacity;           /* a power of 2 */
    size_t used;
} lnt_confusion;

/** Allocates all memory that `max_rows` rows need; 0: any number of rows, and the table grows. */
lnt_status lnt_confusion_init(lnt_confusion *confusion, size_t classes, size_t max_rows,
                              const lnt_allocator *allocator);
void lnt_confusion_clear(lnt_confusion *confusion);

/** Removes all rows. */
void lnt_confusion_reset(lnt_confusion *confusion);

/**
 * Adds a row; a prediction of `classes` or above is no class. Fails only if the table cannot grow.
 */
lnt_status lnt_confusion_add(lnt_confusion *confusion, size_t truth, size_t predicted,
                             double weight);

/** The weight of a cell; both classes are below the number of classes. */
double lnt_confusion_at(const lnt_confusion *confusion, size_t truth, size_t predicted);

/** Number of cells that are not 0. */
size_t lnt_confusion_count(const lnt_confusion *confusion);

/** Copies those cells, ordered by true class, then by predicted class. */
void lnt_confusion_copy(const lnt_confusion *confusion, lnt_confusion_entry *entries);

#endif
