/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_LOADER_DATA_LOADER_H
#define LINNET_TRAIN_LOADER_DATA_LOADER_H

#include "train/loader/block_order.h"
#include "train/loader/block_reader.h"
#include "train/loader/gather.h"
#include "train/loader/sampler.h"

/**
 * What gives a run its batches: rows in memory, or a source. A batch is a function of seed, epoch
 * and its number, so that batches may be taken from any place on.
 */
typedef struct lnt_feed {
    size_t rows;       /* in an epoch */
    size_t batch_rows; /* of all batches but one */
    size_t batches;    /* in an epoch */
    size_t epochs;
    lnt_gather gather;

    lnt_sampler sampler; /* of rows in memory */
    size_t drawn;        /* the epoch whose order the sampler has; 0: none */

    bool streamed;
    lnt_block_order order; /* of a source */
    lnt_block_reader reader;
    lnt_block_rows here; /* the block at hand; without rows: none */
    size_t epoch, place; /* where it stands */
} lnt_feed;

/** Of rows in memory; `classes` as for the sampler. On failure finish it, too. */
lnt_status lnt_feed_rows(lnt_feed *feed, const lnt_fit_config *config, const lnt_rows *rows,
                         size_t classes);

/** Whether each batch is all the data, the same rows. */
bool lnt_feed_is_whole(const lnt_feed *feed, const lnt_fit_config *config);

/** Of a source, which has been checked and is borrowed. On failure finish it, too. */
lnt_status lnt_feed_source(lnt_feed *feed, const lnt_fit_config *config, const lnt_net *net,
                           const lnt_data_source *source);
void lnt_feed_finish(lnt_feed *feed);

/**
 * Batch `batch`, from 0, of an epoch, from 1; valid until the next one. What follows the block that
 * it lies in is read meanwhile. `error` gets a sentence if the source fails, and may be untouched.
 */
lnt_status lnt_feed_take(lnt_feed *feed, size_t epoch, size_t batch, lnt_batch *rows,
                         lnt_error *error);

#endif
