/* SPDX-License-Identifier: MIT */
#include "train/loader/block_order.h"

#include "base/smaller.h"

#include <linnet/random.h>

/* Random numbers reserved for each row of a block's shuffle. A row uses two; one in 2^64/rows is
 * drawn again. */
#define POSITIONS_PER_ROW 4

lnt_status lnt_block_order_init(lnt_block_order *order, const lnt_data_source *source,
                                const lnt_fit_config *config, size_t batch_rows)
{
    const size_t whole = source->block_rows / batch_rows * batch_rows;
    *order = (lnt_block_order){.allocator = config->allocator,
                               .seed = config->seed,
                               .shuffles_blocks = config->shuffle && !source->in_order,
                               .shuffles_rows = config->shuffle,
                               .rows = source->rows,
                               .batch_rows = batch_rows};
    order->block_rows =
        source->block_rows >= source->rows ? source->rows : (whole > 0 ? whole : batch_rows);
    order->n_blocks = (source->rows - 1) / order->block_rows + 1;
    order->last = order->n_blocks - 1;
    if (order->shuffles_blocks) {
        order->blocks = lnt_allocate(config->allocator, order->n_blocks, sizeof *order->blocks);
    }
    if (order->shuffles_rows) {
        order->index = lnt_allocate(config->allocator, order->block_rows, sizeof *order->index);
    }
    const bool complete = (order->blocks != NULL || !order->shuffles_blocks) &&
                          (order->index != NULL || !order->shuffles_rows);
    return complete ? LNT_OK : LNT_ERR_MEMORY;
}

void lnt_block_order_clear(lnt_block_order *order)
{
    lnt_release(order->allocator, order->blocks);
    lnt_release(order->allocator, order->index);
    order->blocks = order->index = NULL;
}

static uint64_t epoch_stream(size_t epoch)
{
    return (uint64_t) epoch << 8;
}

static void draw_blocks(lnt_block_order *order, size_t epoch)
{
    if (order->blocks == NULL || order->epoch == epoch) {
        return;
    }
    for (size_t i = 0; i < order->n_blocks; i++) {
        order->blocks[i] = i;
    }
    lnt_random random = lnt_random_init(order->seed, LNT_STREAM_BLOCKS + epoch_stream(epoch));
    lnt_random_shuffle(&random, order->blocks, order->n_blocks);
    order->epoch = epoch;
    order->last = 0;
    while (order->blocks[order->last] != order->n_blocks - 1) {
        order->last++;
    }
}

lnt_block lnt_block_order_at(lnt_block_order *order, size_t epoch, size_t position)
{
    draw_blocks(order, epoch);
    const size_t number = order->blocks != NULL ? order->blocks[position] : position;
    const size_t first = number * order->block_rows;
    return (lnt_block){number, first, lnt_smaller(order->block_rows, order->rows - first)};
}

size_t lnt_block_order_find(lnt_block_order *order, size_t epoch, size_t batch, size_t *row)
{
    draw_blocks(order, epoch);
    const size_t last = order->last;
    const size_t last_rows = order->rows - (order->n_blocks - 1) * order->block_rows;
    const size_t last_batches = (last_rows - 1) / order->batch_rows + 1;
    const size_t batches = (order->block_rows - 1) / order->batch_rows + 1; /* of the others */
    size_t position = batch / batches, within = batch % batches;
    if (position >= last) {
        const size_t offset = batch - last * batches; /* batches from the start of the last block */
        const bool inside = offset < last_batches;
        position = inside ? last : last + 1 + (offset - last_batches) / batches;
        within = inside ? offset : (offset - last_batches) % batches;
    }
    *row = within * order->batch_rows;
    return position;
}

void lnt_block_order_shuffle_rows(lnt_block_order *order, size_t epoch, lnt_block block)
{
    if (order->index == NULL) {
        return;
    }
    for (size_t i = 0; i < block.rows; i++) {
        order->index[i] = i;
    }
    lnt_random random = lnt_random_init(order->seed, LNT_STREAM_SHUFFLE + epoch_stream(epoch));
    random.position = (uint64_t) block.first * POSITIONS_PER_ROW;
    lnt_random_shuffle(&random, order->index, block.rows);
}
