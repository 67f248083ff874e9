/* SPDX-License-Identifier: MIT */
#include "train/checkpoint/checkpoint_writer.h"

#include "train/checkpoint/resume.h"
#include "train/checkpoint/run_state.h"
#include "train/run/history.h"

#include <signal.h>
#include <string.h>

#define ALIGNMENT 64
#define STOP_SECONDS 0.1 /* between two checks for the file `stop` */

/* --- the writing thread --- */

static void write_checkpoint(lnt_checkpoint_writer *writer)
{
    lnt_error error = {.status = LNT_OK};
    const lnt_status status =
        lnt_checkpoint_folder_save(writer->folder, writer->number, &writer->content, &error);
    error.status = status;
    writer->failure = error;
}

static void *run_writer(void *context)
{
    lnt_checkpoint_writer *writer = context;
    (void) pthread_mutex_lock(&writer->mutex);
    while (!writer->stopping) {
        if (writer->busy) {
            (void) pthread_mutex_unlock(&writer->mutex);
            write_checkpoint(writer);
            (void) pthread_mutex_lock(&writer->mutex);
            writer->busy = false;
            (void) pthread_cond_broadcast(&writer->changed);
        } else {
            (void) pthread_cond_wait(&writer->changed, &writer->mutex);
        }
    }
    (void) pthread_mutex_unlock(&writer->mutex);
    return NULL;
}

/* Signals belong to the program; this thread handles none. */
static lnt_status start_thread(lnt_checkpoint_writer *writer)
{
    sigset_t all, before;
    if (pthread_mutex_init(&writer->mutex, NULL) != 0) {
        return LNT_ERR_THREADS;
    }
    if (pthread_cond_init(&writer->changed, NULL) != 0) {
        (void) pthread_mutex_destroy(&writer->mutex);
        return LNT_ERR_THREADS;
    }
    (void) sigfillset(&all);
    (void) pthread_sigmask(SIG_SETMASK, &all, &before);
    writer->started = pthread_create(&writer->thread, NULL, run_writer, writer) == 0;
    (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!writer->started) {
        (void) pthread_cond_destroy(&writer->changed);
        (void) pthread_mutex_destroy(&writer->mutex);
        return LNT_ERR_THREADS;
    }
    return LNT_OK;
}

static void stop_thread(lnt_checkpoint_writer *writer)
{
    (void) pthread_mutex_lock(&writer->mutex);
    while (writer->busy) {
        (void) pthread_cond_wait(&writer->changed, &writer->mutex);
    }
    writer->stopping = true;
    (void) pthread_cond_broadcast(&writer->changed);
    (void) pthread_mutex_unlock(&writer->mutex);
    (void) pthread_join(writer->thread, NULL);
    (void) pthread_cond_destroy(&writer->changed);
    (void) pthread_mutex_destroy(&writer->mutex);
    writer->started = false;
}

static bool is_busy(lnt_checkpoint_writer *writer)
{
    (void) pthread_mutex_lock(&writer->mutex);
    const bool busy = writer->busy;
    (void) pthread_mutex_unlock(&writer->mutex);
    return busy;
}

static void wait_until_idle(lnt_checkpoint_writer *writer)
{
    (void) pthread_mutex_lock(&writer->mutex);
    while (writer->busy) {
        (void) pthread_cond_wait(&writer->changed, &writer->mutex);
    }
    (void) pthread_mutex_unlock(&writer->mutex);
}

/* --- copies --- */

static size_t bytes_of(const lnt_tensor *t)
{
    return t->rows * t->cols * lnt_dtype_size(t->dtype);
}

/* Allocates memory for the largest state of the run. */
static lnt_status allocate(lnt_checkpoint_writer *writer, lnt_run *run)
{
    size_t bytes = 0;
    for (int i = 0; i < LNT_RUN_ITEMS; i++) {
        const lnt_history *history = run->config->history;
        const lnt_tensor view =
            lnt_run_item_view(run, i, history != NULL ? history->max_epochs : 0);
        const size_t one = (bytes_of(&view) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        writer->offsets[i] = bytes;
        if (one > SIZE_MAX - bytes) {
            return LNT_ERR_TOO_LARGE;
        }
        bytes += one;
    }
    writer->memory = lnt_allocate(writer->allocator, bytes, 1);
    return writer->memory != NULL ? LNT_OK : LNT_ERR_MEMORY;
}

/* Copies one item, unless it is empty. */
static void copy(lnt_checkpoint_writer *writer, lnt_run *run, int item)
{
    const lnt_history *history = run->config->history;
    lnt_tensor view = lnt_run_item_view(run, item, history != NULL ? history->epochs : 0);
    char *to = writer->memory + writer->offsets[item];
    if (view.rows == 0 || view.cols == 0) {
        return;
    }
    if (item == LNT_RUN_ITEM_NUMBERS) {
        lnt_run_state_get(run, (double *) (void *) to);
    } else if (item == LNT_RUN_ITEM_ROWS) {
        lnt_history_get_numbers(history, (double *) (void *) to);
    } else {
        memcpy(to, view.data, bytes_of(&view));
    }
    view.data = to;
    writer->items[writer->n_items++] = (lnt_checkpoint_item){lnt_run_item_name(item), view};
}

static void start_write(lnt_checkpoint_writer *writer, lnt_run *run)
{
    writer->n_items = 0;
    for (int i = 0; i < LNT_RUN_ITEMS; i++) {
        copy(writer, run, i);
    }
    writer->content = (lnt_checkpoint_content){writer->items, writer->n_items, writer->texts, 2};
    writer->number = run->guard.calls;
    writer->steps = lnt_optim_steps(run->training.optim);
    writer->epochs = run->epochs_done;
    writer->seconds = run->progress.seconds;
    (void) pthread_mutex_lock(&writer->mutex);
    writer->busy = true;
    (void) pthread_cond_broadcast(&writer->changed);
    (void) pthread_mutex_unlock(&writer->mutex);
}

/* --- the run's thread --- */

lnt_status lnt_checkpoint_writer_init(lnt_checkpoint_writer *writer, lnt_run *run)
{
    const lnt_checkpoint_config *config = &run->config->checkpoint;
    *writer = (lnt_checkpoint_writer){.config = config, .allocator = run->config->allocator};
    if (config->directory == NULL) {
        return LNT_OK;
    }
    LNT_TRY(lnt_checkpoint_folder_open(&writer->folder, config->directory,
                                       config->keep > 0 ? config->keep : LNT_CHECKPOINT_MIN_KEEP,
                                       writer->allocator, run->error));
    LNT_TRY(lnt_resume(run, writer->folder));
    LNT_TRY(allocate(writer, run));
    writer->texts[0] = (lnt_checkpoint_text){LNT_RUN_TEXT_FIELDS, lnt_run_state_names()};
    writer->texts[1] = (lnt_checkpoint_text){LNT_RUN_TEXT_SETTINGS, run->fingerprint};
    writer->steps = lnt_optim_steps(run->training.optim);
    writer->epochs = run->epochs_done;
    writer->seconds = run->progress.seconds;
    return start_thread(writer);
}

void lnt_checkpoint_writer_clear(lnt_checkpoint_writer *writer)
{
    if (writer->started) {
        stop_thread(writer);
    }
    lnt_release(writer->allocator, writer->memory);
    lnt_checkpoint_folder_close(writer->folder);
    *writer = (lnt_checkpoint_writer){.folder = NULL};
}

static bool is_due(const lnt_checkpoint_writer *writer, const lnt_run *run)
{
    const lnt_checkpoint_config *config = writer->config;
    const size_t steps = lnt_optim_steps(run->training.optim);
    return (config->every_steps > 0 && steps - writer->steps >= config->every_steps) ||
           (config->every_epochs > 0 &&
            run->epochs_done - writer->epochs >= config->every_epochs) ||
           (config->every_seconds > 0 &&
            run->progress.seconds - writer->seconds >= config->every_seconds);
}

/* A run cannot continue from parameters that are not finite. The NaN guard ends it in a later
 * batch. */
static bool net_is_finite(const lnt_run *run)
{
    bool finite;
    double value;
    return lnt_net_check_finite(run->net, &finite, &value) == LNT_OK && finite;
}

void lnt_checkpoint_writer_poll(lnt_checkpoint_writer *writer, lnt_run *run)
{
    if (writer->folder == NULL || is_busy(writer)) {
        return;
    }
    const bool failed = writer->failure.status != LNT_OK;
    run->progress.checkpoint_error = failed ? &writer->failure : NULL;
    if (is_due(writer, run) && net_is_finite(run)) {
        start_write(writer, run);
    }
}

bool lnt_checkpoint_writer_stop_requested(lnt_checkpoint_writer *writer, double seconds)
{
    if (writer->folder == NULL || seconds - writer->stop_seconds < STOP_SECONDS) {
        return false;
    }
    writer->stop_seconds = seconds;
    return lnt_checkpoint_folder_stop_requested(writer->folder);
}

lnt_status lnt_checkpoint_writer_write_last(lnt_checkpoint_writer *writer, lnt_run *run)
{
    if (writer->folder == NULL) {
        return LNT_OK;
    }
    wait_until_idle(writer);
    start_write(writer, run);
    wait_until_idle(writer);
    if (writer->failure.status != LNT_OK) {
        return lnt_fail(run->error, writer->failure.status, "%s", writer->failure.message);
    }
    return LNT_OK;
}
