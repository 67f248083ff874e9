/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_LOADER_BLOCK_ORDER_H
#define LINNET_TRAIN_LOADER_BLOCK_ORDER_H

#include <linnet/train.h>

/** Consecutive rows of a data source. `number` is the block's index in the order of the source. */
typedef struct lnt_block {
    size_t number;
    size_t first;
    size_t rows;
} lnt_block;

/**
 * The order of a data source's blocks, and of the rows in each: a function of seed, epoch and batch
 * alone. All blocks but the last have `block_rows` rows.
 */
typedef struct lnt_block_order {
    const lnt_allocator *allocator;
    uint64_t seed;
    bool shuffles_blocks;
    bool shuffles_rows;
    size_t rows;
    size_t batch_rows;
    size_t block_rows; /* a multiple of batch_rows if there are several blocks */
    size_t n_blocks;
    size_t *blocks; /* [n_blocks] order of the blocks in `epoch`; NULL: not shuffled */
    size_t *index;  /* [block_rows] order of the rows in the current block; NULL: not shuffled */
    size_t epoch;
    size_t last; /* position of the source's last block, which can be shorter */
} lnt_block_order;

/** The source and the configuration are already checked. Clear it on failure, too. */
lnt_status lnt_block_order_init(lnt_block_order *order, const lnt_data_source *source,
                                const lnt_fit_config *config, size_t batch_rows);
void lnt_block_order_clear(lnt_block_order *order);

/** The block at a position of an epoch; positions count from 0. */
lnt_block lnt_block_order_at(lnt_block_order *order, size_t epoch, size_t position);

/**
 * The position of the block that contains batch `batch` of an epoch. `*row` is the batch's first
 * row in the block.
 */
size_t lnt_block_order_find(lnt_block_order *order, size_t epoch, size_t batch, size_t *row);

/** Writes the order of a block's rows to `index`. */
void lnt_block_order_shuffle_rows(lnt_block_order *order, size_t epoch, lnt_block block);

#endif
