/* SPDX-License-Identifier: MIT */
#include "train/loader/data_loader.h"

#include "base/smaller.h"

static void set_sizes(lnt_data_loader *loader, const lnt_fit_config *config, size_t rows)
{
    *loader = (lnt_data_loader){.rows = rows, .epochs = config->epochs};
    loader->batch_rows = lnt_smaller(config->batch_rows, rows);
    loader->batches = (rows - 1) / loader->batch_rows + 1;
}

bool lnt_data_loader_is_full_batch(const lnt_data_loader *loader, const lnt_fit_config *config)
{
    return loader->batches == 1 && config->sampling == LNT_SAMPLE_ALL;
}

lnt_status lnt_data_loader_init_rows(lnt_data_loader *loader, const lnt_fit_config *config,
                                     const lnt_rows *rows, size_t classes)
{
    set_sizes(loader, config, rows->count);
    lnt_fit_config sampling = *config;
    sampling.shuffle = config->shuffle && !(lnt_data_loader_is_full_batch(loader, config) &&
                                            lnt_optim_reevaluates(config->optim.kind));
    LNT_TRY(
        lnt_sampler_init(&loader->sampler, &sampling, rows->y, classes, rows->index, rows->count));
    lnt_rows sampled = *rows;
    sampled.index = lnt_sampler_index(&loader->sampler);
    return lnt_gather_init(&loader->gather, &sampled, loader->batch_rows, config->allocator);
}

lnt_status lnt_data_loader_init_source(lnt_data_loader *loader, const lnt_fit_config *config,
                                       const lnt_net *net, const lnt_data_source *source)
{
    set_sizes(loader, config, source->rows);
    loader->streamed = true;
    LNT_TRY(lnt_block_order_init(&loader->order, source, config, loader->batch_rows));
    LNT_TRY(lnt_block_reader_init(&loader->reader, source, net, config, &loader->order));
    loader->current = loader->reader.buffers[1]; /* for its numbers of columns */
    const lnt_rows rows = {.x = &loader->current.x,
                           .y = &loader->current.y,
                           .weights = source->weighted ? &loader->current.weights : NULL,
                           .index = loader->order.index};
    return lnt_gather_init(&loader->gather, &rows, loader->batch_rows, config->allocator);
}

void lnt_data_loader_clear(lnt_data_loader *loader)
{
    lnt_block_reader_clear(&loader->reader);
    lnt_block_order_clear(&loader->order);
    lnt_gather_clear(&loader->gather);
    lnt_sampler_clear(&loader->sampler);
}

/* Makes a block the current one. */
static lnt_status fetch(lnt_data_loader *loader, lnt_block block, lnt_error *error)
{
    const lnt_block_rows *rows;
    lnt_block_reader *reader = &loader->reader;
    if (lnt_block_reader_requested(reader) != block.number) {
        if (lnt_block_reader_requested(reader) != SIZE_MAX) {
            /* The run jumped to another block: the block read ahead, and its error, are not needed.
             */
            (void) lnt_block_reader_wait(reader, &rows, NULL);
        }
        lnt_block_reader_request(reader, block);
    }
    LNT_TRY(lnt_block_reader_wait(reader, &rows, error));
    loader->current = *rows;
    return LNT_OK;
}

static void read_ahead(lnt_data_loader *loader)
{
    const bool last = loader->position + 1 == loader->order.n_blocks;
    const size_t epoch = loader->epoch + last, position = last ? 0 : loader->position + 1;
    if (epoch <= loader->epochs && loader->order.n_blocks > 1) {
        lnt_block_reader_request(&loader->reader,
                                 lnt_block_order_at(&loader->order, epoch, position));
    }
}

/* Makes the block at `position` of an epoch the current one, and orders its rows. */
static lnt_status move(lnt_data_loader *loader, size_t epoch, size_t position, lnt_error *error)
{
    if (loader->epoch == epoch && loader->position == position) {
        return LNT_OK;
    }
    const lnt_block block = lnt_block_order_at(&loader->order, epoch, position);
    if (loader->epoch == 0 || loader->order.n_blocks > 1) {
        loader->epoch = 0; /* no current block if reading fails */
        LNT_TRY(fetch(loader, block, error));
    }
    lnt_block_order_shuffle_rows(&loader->order, epoch, block);
    loader->epoch = epoch;
    loader->position = position;
    read_ahead(loader);
    return LNT_OK;
}

lnt_status lnt_data_loader_get_batch(lnt_data_loader *loader, size_t epoch, size_t batch,
                                     lnt_batch *rows, lnt_error *error)
{
    size_t first = batch * loader->batch_rows, end = loader->rows;
    if (loader->streamed) {
        const size_t position = lnt_block_order_find(&loader->order, epoch, batch, &first);
        LNT_TRY(move(loader, epoch, position, error));
        end = loader->current.block.rows;
    } else if (loader->sampler_epoch != epoch) {
        lnt_sampler_start_epoch(&loader->sampler, epoch);
        loader->sampler_epoch = epoch;
    }
    return lnt_gather_batch(&loader->gather, first, lnt_smaller(loader->batch_rows, end - first),
                            rows);
}
