/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_LOADER_BLOCK_READER_H
#define LINNET_TRAIN_LOADER_BLOCK_READER_H

#include "train/loader/block_order.h"
#include <linnet/train.h>
#include <pthread.h>

/** What is in memory of a source. */
typedef struct lnt_block_rows {
    lnt_block block;
    lnt_tensor x;
    lnt_tensor y;
    lnt_tensor weights; /* meaningless unless the source is weighted */
} lnt_block_rows;

/**
 * A thread that reads one block while another is in use. At most one block is asked for at a time.
 */
typedef struct lnt_block_reader {
    const lnt_data_source *source;
    const lnt_net *net; /* for checks */
    const lnt_loss *loss;
    const lnt_allocator *allocator;
    void *memory[2][3]; /* of each buffer: x, y, weights */
    lnt_block_rows buffers[2];
    unsigned held; /* the buffer that is in use; the other one is read into */
    bool asked;    /* and not taken */

    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool has_mutex, has_changed, has_thread;
    bool wanted; /* guarded by the mutex, as all below: there is a block to be read */
    bool ending;
    lnt_status status; /* of the block read last */
    lnt_error error;
} lnt_block_reader;

/** Takes the memory for blocks of so many rows and starts the thread. On failure finish it, too. */
lnt_status lnt_block_reader_init(lnt_block_reader *reader, const lnt_data_source *source,
                                 const lnt_net *net, const lnt_fit_config *config,
                                 const lnt_block_order *order);
/** Waits for a read in progress. */
void lnt_block_reader_finish(lnt_block_reader *reader);

/** Begins to read a block; nothing may have been asked for since the last one was taken. */
void lnt_block_reader_ask(lnt_block_reader *reader, lnt_block block);

/** The number of the block asked for and not taken; SIZE_MAX if there is none. */
size_t lnt_block_reader_asked(const lnt_block_reader *reader);

/** Waits for what was asked for, which then replaces the block in use, unless it failed. */
lnt_status lnt_block_reader_take(lnt_block_reader *reader, const lnt_block_rows **rows,
                                 lnt_error *error);

#endif
