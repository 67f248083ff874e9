/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_LOADER_BLOCK_READER_H
#define LINNET_TRAIN_LOADER_BLOCK_READER_H

#include "train/loader/block_order.h"
#include <linnet/train.h>
#include <pthread.h>

/** A block of a data source in memory. */
typedef struct lnt_block_rows {
    lnt_block block;
    lnt_tensor x;
    lnt_tensor y;
    lnt_tensor weights; /* undefined unless the source is weighted */
} lnt_block_rows;

/**
 * Reads one block in a thread while another block is in use. At most one block is requested at a
 * time.
 */
typedef struct lnt_block_reader {
    const lnt_data_source *source;
    const lnt_net *net; /* for checks */
    const lnt_loss *loss;
    const lnt_allocator *allocator;
    void *memory[2][3]; /* of each buffer: x, y, weights */
    lnt_block_rows buffers[2];
    unsigned active; /* the buffer in use; the thread reads into the other one */
    bool pending;    /* a block is requested, and `lnt_block_reader_wait` was not called yet */

    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool has_mutex, has_changed, has_thread;
    bool reading; /* the thread has a block to read; guarded by the mutex, as all below */
    bool stopping;
    lnt_status status; /* status of the last read */
    lnt_error error;
} lnt_block_reader;

/** Allocates memory for the blocks of `order` and starts the thread. Clear it on failure, too. */
lnt_status lnt_block_reader_init(lnt_block_reader *reader, const lnt_data_source *source,
                                 const lnt_net *net, const lnt_fit_config *config,
                                 const lnt_block_order *order);
/** Waits for a read in progress. */
void lnt_block_reader_clear(lnt_block_reader *reader);

/** Starts to read a block. Call `lnt_block_reader_wait` for the previous one first. */
void lnt_block_reader_request(lnt_block_reader *reader, lnt_block block);

/** The number of the requested block; SIZE_MAX if there is none. */
size_t lnt_block_reader_requested(const lnt_block_reader *reader);

/** Waits for the requested block, which then replaces the block in use, unless reading failed. */
lnt_status lnt_block_reader_wait(lnt_block_reader *reader, const lnt_block_rows **rows,
                                 lnt_error *error);

#endif
