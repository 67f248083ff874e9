/* SPDX-License-Identifier: MIT */
#include "train/loader/data_loader.h"

#include "base/smaller.h"

static void set_sizes(lnt_feed *feed, const lnt_fit_config *config, size_t rows)
{
    *feed = (lnt_feed){.rows = rows, .epochs = config->epochs};
    feed->batch_rows = lnt_smaller(config->batch_rows, rows);
    feed->batches = (rows - 1) / feed->batch_rows + 1;
}

bool lnt_feed_is_whole(const lnt_feed *feed, const lnt_fit_config *config)
{
    return feed->batches == 1 && config->sampling == LNT_SAMPLE_ALL;
}

lnt_status lnt_feed_rows(lnt_feed *feed, const lnt_fit_config *config, const lnt_rows *rows,
                         size_t classes)
{
    set_sizes(feed, config, rows->count);
    lnt_fit_config sampling = *config;
    sampling.shuffle = config->shuffle && !(lnt_feed_is_whole(feed, config) &&
                                            lnt_optim_reevaluates(config->optim.kind));
    LNT_TRY(
        lnt_sampler_init(&feed->sampler, &sampling, rows->y, classes, rows->index, rows->count));
    lnt_rows sampled = *rows;
    sampled.index = lnt_sampler_index(&feed->sampler);
    return lnt_gather_init(&feed->gather, &sampled, feed->batch_rows, config->allocator);
}

lnt_status lnt_feed_source(lnt_feed *feed, const lnt_fit_config *config, const lnt_net *net,
                           const lnt_data_source *source)
{
    set_sizes(feed, config, source->rows);
    feed->streamed = true;
    LNT_TRY(lnt_block_order_init(&feed->order, source, config, feed->batch_rows));
    LNT_TRY(lnt_block_reader_init(&feed->reader, source, net, config, &feed->order));
    feed->here = feed->reader.buffers[1]; /* for its numbers of columns */
    const lnt_rows rows = {.x = &feed->here.x,
                           .y = &feed->here.y,
                           .weights = source->weighted ? &feed->here.weights : NULL,
                           .index = feed->order.index};
    return lnt_gather_init(&feed->gather, &rows, feed->batch_rows, config->allocator);
}

void lnt_feed_finish(lnt_feed *feed)
{
    lnt_block_reader_finish(&feed->reader);
    lnt_block_order_finish(&feed->order);
    lnt_gather_finish(&feed->gather);
    lnt_sampler_finish(&feed->sampler);
}

/* Makes a block the one at hand. */
static lnt_status fetch(lnt_feed *feed, lnt_block block, lnt_error *error)
{
    const lnt_block_rows *rows;
    lnt_block_reader *reader = &feed->reader;
    if (lnt_block_reader_asked(reader) != block.number) {
        if (lnt_block_reader_asked(reader) != SIZE_MAX) {
            /* The run did not go on to what had been read ahead; nobody wants it, or its error. */
            (void) lnt_block_reader_take(reader, &rows, NULL);
        }
        lnt_block_reader_ask(reader, block);
    }
    LNT_TRY(lnt_block_reader_take(reader, &rows, error));
    feed->here = *rows;
    return LNT_OK;
}

static void read_ahead(lnt_feed *feed)
{
    const bool last = feed->place + 1 == feed->order.n_blocks;
    const size_t epoch = feed->epoch + last, place = last ? 0 : feed->place + 1;
    if (epoch <= feed->epochs && feed->order.n_blocks > 1) {
        lnt_block_reader_ask(&feed->reader, lnt_block_order_at(&feed->order, epoch, place));
    }
}

/* Brings the block at `place` of an epoch here, its rows in order. */
static lnt_status move(lnt_feed *feed, size_t epoch, size_t place, lnt_error *error)
{
    if (feed->epoch == epoch && feed->place == place) {
        return LNT_OK;
    }
    const lnt_block block = lnt_block_order_at(&feed->order, epoch, place);
    if (feed->epoch == 0 || feed->order.n_blocks > 1) {
        feed->epoch = 0; /* on failure there is none */
        LNT_TRY(fetch(feed, block, error));
    }
    lnt_block_order_rows(&feed->order, epoch, block);
    feed->epoch = epoch;
    feed->place = place;
    read_ahead(feed);
    return LNT_OK;
}

lnt_status lnt_feed_take(lnt_feed *feed, size_t epoch, size_t batch, lnt_batch *rows,
                         lnt_error *error)
{
    size_t first = batch * feed->batch_rows, end = feed->rows;
    if (feed->streamed) {
        const size_t place = lnt_block_order_find(&feed->order, epoch, batch, &first);
        LNT_TRY(move(feed, epoch, place, error));
        end = feed->here.block.rows;
    } else if (feed->drawn != epoch) {
        lnt_sampler_draw(&feed->sampler, epoch);
        feed->drawn = epoch;
    }
    return lnt_gather_take(&feed->gather, first, lnt_smaller(feed->batch_rows, end - first), rows);
}
