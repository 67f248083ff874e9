/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_LOADER_DATA_LOADER_H
#define LINNET_TRAIN_LOADER_DATA_LOADER_H

#include "train/loader/block_order.h"
#include "train/loader/block_reader.h"
#include "train/loader/gather.h"
#include "train/loader/sampler.h"

/**
 * Provides the batches of a run, from rows in memory or from a data source. A batch is a function
 * of seed, epoch and batch number, so that a run can start at any batch.
 */
typedef struct lnt_data_loader {
    size_t rows;       /* in an epoch */
    size_t batch_rows; /* of all batches but the last */
    size_t batches;    /* in an epoch */
    size_t epochs;
    lnt_gather gather;

    lnt_sampler sampler;  /* of rows in memory */
    size_t sampler_epoch; /* the epoch of the sampler's current order; 0: none */

    bool streamed;
    lnt_block_order order; /* of a data source */
    lnt_block_reader reader;
    lnt_block_rows current; /* the current block; no rows: none */
    size_t epoch, position; /* of the current block */
} lnt_data_loader;

/** For rows in memory; `classes` as for the sampler. Clear it on failure, too. */
lnt_status lnt_data_loader_init_rows(lnt_data_loader *loader, const lnt_fit_config *config,
                                     const lnt_rows *rows, size_t classes);

/** Whether each batch is all the data, in the same order. */
bool lnt_data_loader_is_full_batch(const lnt_data_loader *loader, const lnt_fit_config *config);

/** For a data source, which is already checked and borrowed. Clear it on failure, too. */
lnt_status lnt_data_loader_init_source(lnt_data_loader *loader, const lnt_fit_config *config,
                                       const lnt_net *net, const lnt_data_source *source);
void lnt_data_loader_clear(lnt_data_loader *loader);

/**
 * Gets batch `batch` (from 0) of an epoch (from 1), valid until the next call. The next block is
 * read in the background. `error` is set if the source fails.
 */
lnt_status lnt_data_loader_get_batch(lnt_data_loader *loader, size_t epoch, size_t batch,
                                     lnt_batch *rows, lnt_error *error);

#endif
