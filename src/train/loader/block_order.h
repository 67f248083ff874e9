/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_LOADER_BLOCK_ORDER_H
#define LINNET_TRAIN_LOADER_BLOCK_ORDER_H

#include <linnet/train.h>

/** Neighbouring rows of a source, by their number in the order of the source. */
typedef struct lnt_block {
    size_t number;
    size_t first;
    size_t rows;
} lnt_block;

/**
 * In which order a source's blocks come, and the rows in each: a function of seed, epoch and batch
 * alone. All blocks but the last have `block_rows` rows.
 */
typedef struct lnt_block_order {
    const lnt_allocator *allocator;
    uint64_t seed;
    bool shuffles_blocks;
    bool shuffles_rows;
    size_t rows;
    size_t batch_rows;
    size_t block_rows; /* a multiple of batch_rows, unless there is one block */
    size_t n_blocks;
    size_t *blocks; /* [n_blocks] of `epoch`; NULL: as they lie */
    size_t *index;  /* [block_rows] rows of the block drawn last; NULL: as they lie */
    size_t epoch;
    size_t last; /* place of the source's last block, which may be short */
} lnt_block_order;

/** The source and the configuration have been checked. On failure finish it, too. */
lnt_status lnt_block_order_init(lnt_block_order *order, const lnt_data_source *source,
                                const lnt_fit_config *config, size_t batch_rows);
void lnt_block_order_finish(lnt_block_order *order);

/** The block at place `place` of an epoch, from 0. */
lnt_block lnt_block_order_at(lnt_block_order *order, size_t epoch, size_t place);

/** The place of the block that batch `batch` of an epoch is of, and the first of its rows there. */
size_t lnt_block_order_find(lnt_block_order *order, size_t epoch, size_t batch, size_t *row);

/** Puts the order of a block's rows into `index`. */
void lnt_block_order_rows(lnt_block_order *order, size_t epoch, lnt_block block);

#endif
