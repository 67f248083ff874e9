/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_CHECKPOINT_CHECKPOINT_WRITER_H
#define LINNET_TRAIN_CHECKPOINT_CHECKPOINT_WRITER_H

#include "train/checkpoint/items.h"

#include <pthread.h>

/**
 * Writes checkpoints of a run. The run waits only while its state is copied; a thread writes the
 * copy.
 */
typedef struct lnt_checkpoint_writer {
    lnt_checkpoint_folder *folder; /* NULL: there are no checkpoints */
    const lnt_checkpoint_config *config;
    const lnt_allocator *allocator;
    char *memory; /* holds the copies */
    size_t offsets[LNT_RUN_ITEMS];

    /* Of the last checkpoint that was started. */
    uint64_t number;
    size_t steps;
    size_t epochs;
    double seconds;
    double stop_seconds; /* time of the last check for the file `stop` */

    /* Shared by the run and the thread. While `busy`, the content belongs to the thread. */
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool started; /* mutex, condition and thread exist */
    bool busy;
    bool stopping;
    lnt_error failure; /* error of the last write; status LNT_OK: none */
    lnt_checkpoint_item items[LNT_RUN_ITEMS];
    size_t n_items;
    lnt_checkpoint_text texts[2];
    lnt_checkpoint_content content;
} lnt_checkpoint_writer;

/**
 * Opens the folder of the configuration and, if requested, resumes the run from the newest valid
 * checkpoint. Does nothing without a folder. Clear it on failure, too.
 */
lnt_status lnt_checkpoint_writer_init(lnt_checkpoint_writer *writer, lnt_run *run);
void lnt_checkpoint_writer_clear(lnt_checkpoint_writer *writer);

/** Starts a checkpoint if one is due and none is being written. Otherwise it stays due. */
void lnt_checkpoint_writer_poll(lnt_checkpoint_writer *writer, lnt_run *run);

/** Whether the file that stops a run exists; checked a few times a second. */
bool lnt_checkpoint_writer_stop_requested(lnt_checkpoint_writer *writer, double seconds);

/** Writes the last checkpoint of the run and waits until it is written. */
lnt_status lnt_checkpoint_writer_write_last(lnt_checkpoint_writer *writer, lnt_run *run);

#endif
