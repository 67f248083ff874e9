/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_LOADER_GATHER_H
#define LINNET_TRAIN_LOADER_GATHER_H

#include <linnet/train.h>

/** Rows of a data set: all in order, or those of an index, in its order. */
typedef struct lnt_rows {
    const lnt_tensor *x;
    const lnt_tensor *y;
    const lnt_tensor *weights; /* or NULL */
    const size_t *index;       /* [count], or NULL */
    size_t count;
} lnt_rows;

/** A batch of rows. */
typedef struct lnt_batch {
    lnt_tensor x;
    lnt_tensor y;
    lnt_tensor weights; /* undefined unless weighted */
    bool weighted;
} lnt_batch;

/** The batch's weights as an argument of losses: NULL if it has none. */
const lnt_tensor *lnt_batch_weights(const lnt_batch *batch);

/** Makes batches of rows: views if there is no index, otherwise copies in its own memory. */
typedef struct lnt_gather {
    lnt_rows rows;
    const lnt_allocator *allocator;
    void *x;
    void *y;
    void *weights;
} lnt_gather;

/** `rows.index` is borrowed and may change between batches. Clear it on failure, too. */
lnt_status lnt_gather_init(lnt_gather *gather, const lnt_rows *rows, size_t max_rows,
                           const lnt_allocator *allocator);
void lnt_gather_clear(lnt_gather *gather);

/** Rows [first, first + count); valid until the next call. */
lnt_status lnt_gather_batch(const lnt_gather *gather, size_t first, size_t count, lnt_batch *batch);

#endif
