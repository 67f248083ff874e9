/* SPDX-License-Identifier: MIT */
#ifndef LINNET_TRAIN_CHECKPOINT_CHECKPOINT_WRITER_H
#define LINNET_TRAIN_CHECKPOINT_CHECKPOINT_WRITER_H

#include "train/checkpoint/items.h"

#include <pthread.h>

/**
 * Keeps checkpoints of a run: copies its state to memory of its own, which is all that the run
 * waits for, and leaves the writing to a thread.
 */
typedef struct lnt_saver {
    lnt_checkpoint_folder *folder; /* NULL: there are no checkpoints */
    const lnt_checkpoint_config *config;
    const lnt_allocator *allocator;
    char *memory; /* of the copies */
    size_t offsets[LNT_RUN_ITEMS];

    /* Of the last checkpoint that was begun. */
    uint64_t number;
    size_t steps;
    size_t epochs;
    double seconds;
    double stop_seconds; /* when the file `stop` was last looked for */

    /* Between the run and the thread; what is written belongs to the thread while it is busy. */
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool started; /* mutex, condition and thread are there */
    bool busy;
    bool quit;
    lnt_error failure; /* of the last one that was written; status LNT_OK: none */
    lnt_checkpoint_item items[LNT_RUN_ITEMS];
    size_t n_items;
    lnt_checkpoint_text texts[2];
    lnt_checkpoint_content content;
} lnt_saver;

/**
 * Opens the folder that the configuration names and, if asked to, takes the run to where the newest
 * good checkpoint was. Nothing happens without a folder. On failure finish it, too.
 */
lnt_status lnt_saver_init(lnt_saver *saver, lnt_run *run);
void lnt_saver_finish(lnt_saver *saver);

/** Begins a checkpoint if it is time for one and none is being written; else it stays due. */
void lnt_saver_look(lnt_saver *saver, lnt_run *run);

/** Whether the file that ends a run was found; it is looked for a few times a second. */
bool lnt_saver_stops(lnt_saver *saver, double seconds);

/** Writes the last checkpoint of the run, and waits for it. */
lnt_status lnt_saver_end(lnt_saver *saver, lnt_run *run);

#endif
