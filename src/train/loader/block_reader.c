/* SPDX-License-Identifier: MIT */
#include "train/loader/block_reader.h"

#include "train/loader/rows_check.h"

#include <signal.h>

/* --- the thread --- */

static lnt_status read_block(lnt_block_reader *reader, const lnt_block_rows *to, lnt_error *error)
{
    const lnt_data_source *source = reader->source;
    const lnt_tensor *weights = source->weighted ? &to->weights : NULL;
    const lnt_tensor x = to->x, y = to->y; /* copies, because the callback must not change ours */
    LNT_TRY(source->read(source->context, to->block.first, &x, &y, weights, error));
    const lnt_named_rows part = {.name = "training", .y = &to->y, .first = to->block.first};
    LNT_TRY(lnt_rows_check_targets(&part, reader->net, reader->loss, error));
    return weights == NULL ? LNT_OK
                           : lnt_rows_check_weights("weights", weights, to->y.rows, to->block.first,
                                                    false, error);
}

static void *run_reader(void *argument)
{
    lnt_block_reader *reader = argument;
    pthread_mutex_lock(&reader->mutex);
    for (;;) {
        while (!reader->reading && !reader->stopping) {
            pthread_cond_wait(&reader->changed, &reader->mutex);
        }
        if (reader->stopping) {
            break;
        }
        const lnt_block_rows *to = &reader->buffers[1 - reader->active];
        lnt_error error = {.status = LNT_OK};
        pthread_mutex_unlock(&reader->mutex);
        const lnt_status status = read_block(reader, to, &error);
        pthread_mutex_lock(&reader->mutex);
        reader->status = status;
        reader->error = error;
        reader->reading = false;
        pthread_cond_broadcast(&reader->changed);
    }
    pthread_mutex_unlock(&reader->mutex);
    return NULL;
}

/* Signals belong to the caller's threads. */
static lnt_status start(lnt_block_reader *reader)
{
    sigset_t all, before;
    reader->has_mutex = pthread_mutex_init(&reader->mutex, NULL) == 0;
    reader->has_changed = reader->has_mutex && pthread_cond_init(&reader->changed, NULL) == 0;
    sigfillset(&all);
    if (!reader->has_changed || pthread_sigmask(SIG_SETMASK, &all, &before) != 0) {
        return LNT_ERR_THREADS;
    }
    reader->has_thread = pthread_create(&reader->thread, NULL, run_reader, reader) == 0;
    (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
    return reader->has_thread ? LNT_OK : LNT_ERR_THREADS;
}

/* --- the caller's thread --- */

/* Allocates a matrix; its memory goes to `*memory`. */
static lnt_status allocate_matrix(lnt_block_reader *reader, size_t rows, size_t cols, void **memory,
                                  lnt_tensor *matrix)
{
    const lnt_dtype dtype = lnt_net_dtype(reader->net);
    *memory = NULL;
    if (cols <= SIZE_MAX / lnt_dtype_size(dtype)) {
        *memory = lnt_allocate(reader->allocator, rows, cols * lnt_dtype_size(dtype));
    }
    *matrix = lnt_tensor_view(dtype, *memory, rows, cols);
    return *memory != NULL ? LNT_OK : LNT_ERR_MEMORY;
}

lnt_status lnt_block_reader_init(lnt_block_reader *reader, const lnt_data_source *source,
                                 const lnt_net *net, const lnt_fit_config *config,
                                 const lnt_block_order *order)
{
    *reader = (lnt_block_reader){
        .source = source, .net = net, .loss = &config->loss, .allocator = config->allocator};
    /* A single block is read into one buffer, and stays there. */
    for (unsigned i = order->n_blocks > 1 ? 0 : 1; i < 2; i++) {
        lnt_block_rows *to = &reader->buffers[i];
        void **memory = reader->memory[i];
        LNT_TRY(
            allocate_matrix(reader, order->block_rows, lnt_net_inputs(net), &memory[0], &to->x));
        LNT_TRY(allocate_matrix(reader, order->block_rows, source->targets, &memory[1], &to->y));
        if (source->weighted) {
            LNT_TRY(allocate_matrix(reader, order->block_rows, 1, &memory[2], &to->weights));
        }
    }
    return start(reader);
}

void lnt_block_reader_clear(lnt_block_reader *reader)
{
    if (reader->has_thread) {
        pthread_mutex_lock(&reader->mutex);
        reader->stopping = true;
        pthread_cond_broadcast(&reader->changed);
        pthread_mutex_unlock(&reader->mutex);
        pthread_join(reader->thread, NULL);
    }
    if (reader->has_changed) {
        pthread_cond_destroy(&reader->changed);
    }
    if (reader->has_mutex) {
        pthread_mutex_destroy(&reader->mutex);
    }
    for (unsigned i = 0; i < 2; i++) {
        for (unsigned k = 0; k < 3; k++) {
            lnt_release(reader->allocator, reader->memory[i][k]);
        }
    }
    *reader = (lnt_block_reader){.source = NULL};
}

void lnt_block_reader_request(lnt_block_reader *reader, lnt_block block)
{
    pthread_mutex_lock(&reader->mutex);
    lnt_block_rows *to = &reader->buffers[1 - reader->active];
    to->block = block;
    to->x.rows = to->y.rows = to->weights.rows = block.rows;
    reader->reading = true;
    pthread_cond_broadcast(&reader->changed);
    pthread_mutex_unlock(&reader->mutex);
    reader->pending = true;
}

size_t lnt_block_reader_requested(const lnt_block_reader *reader)
{
    return reader->pending ? reader->buffers[1 - reader->active].block.number : SIZE_MAX;
}

lnt_status lnt_block_reader_wait(lnt_block_reader *reader, const lnt_block_rows **rows,
                                 lnt_error *error)
{
    pthread_mutex_lock(&reader->mutex);
    while (reader->reading) {
        pthread_cond_wait(&reader->changed, &reader->mutex);
    }
    const lnt_status status = reader->status;
    if (status == LNT_OK) {
        reader->active = 1 - reader->active;
    } else if (error != NULL) {
        *error = reader->error;
    }
    pthread_mutex_unlock(&reader->mutex);
    reader->pending = false;
    *rows = &reader->buffers[reader->active];
    return status;
}
