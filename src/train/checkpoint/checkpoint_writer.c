/* SPDX-License-Identifier: MIT */
#include "train/checkpoint/checkpoint_writer.h"

#include "train/checkpoint/resume.h"
#include "train/checkpoint/run_state.h"
#include "train/run/history.h"

#include <signal.h>
#include <string.h>

#define ALIGNMENT 64
#define STOP_SECONDS 0.1 /* between two looks for the file `stop` */

/* --- the thread that writes --- */

static void write_one(lnt_saver *saver)
{
    lnt_error why = {.status = LNT_OK};
    const lnt_status status =
        lnt_checkpoint_folder_save(saver->folder, saver->number, &saver->content, &why);
    why.status = status;
    saver->failure = why;
}

static void *write_all(void *context)
{
    lnt_saver *saver = context;
    (void) pthread_mutex_lock(&saver->mutex);
    while (!saver->quit) {
        if (saver->busy) {
            (void) pthread_mutex_unlock(&saver->mutex);
            write_one(saver);
            (void) pthread_mutex_lock(&saver->mutex);
            saver->busy = false;
            (void) pthread_cond_broadcast(&saver->changed);
        } else {
            (void) pthread_cond_wait(&saver->changed, &saver->mutex);
        }
    }
    (void) pthread_mutex_unlock(&saver->mutex);
    return NULL;
}

/* Signals are the program's; none is to be handled here. */
static lnt_status start(lnt_saver *saver)
{
    sigset_t all, before;
    if (pthread_mutex_init(&saver->mutex, NULL) != 0) {
        return LNT_ERR_THREADS;
    }
    if (pthread_cond_init(&saver->changed, NULL) != 0) {
        (void) pthread_mutex_destroy(&saver->mutex);
        return LNT_ERR_THREADS;
    }
    (void) sigfillset(&all);
    (void) pthread_sigmask(SIG_SETMASK, &all, &before);
    saver->started = pthread_create(&saver->thread, NULL, write_all, saver) == 0;
    (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!saver->started) {
        (void) pthread_cond_destroy(&saver->changed);
        (void) pthread_mutex_destroy(&saver->mutex);
        return LNT_ERR_THREADS;
    }
    return LNT_OK;
}

static void stop(lnt_saver *saver)
{
    (void) pthread_mutex_lock(&saver->mutex);
    while (saver->busy) {
        (void) pthread_cond_wait(&saver->changed, &saver->mutex);
    }
    saver->quit = true;
    (void) pthread_cond_broadcast(&saver->changed);
    (void) pthread_mutex_unlock(&saver->mutex);
    (void) pthread_join(saver->thread, NULL);
    (void) pthread_cond_destroy(&saver->changed);
    (void) pthread_mutex_destroy(&saver->mutex);
    saver->started = false;
}

static bool is_busy(lnt_saver *saver)
{
    (void) pthread_mutex_lock(&saver->mutex);
    const bool busy = saver->busy;
    (void) pthread_mutex_unlock(&saver->mutex);
    return busy;
}

static void wait(lnt_saver *saver)
{
    (void) pthread_mutex_lock(&saver->mutex);
    while (saver->busy) {
        (void) pthread_cond_wait(&saver->changed, &saver->mutex);
    }
    (void) pthread_mutex_unlock(&saver->mutex);
}

/* --- copies --- */

static size_t bytes_of(const lnt_tensor *t)
{
    return t->rows * t->cols * lnt_dtype_size(t->dtype);
}

/* Room for the most that there will be. */
static lnt_status allocate(lnt_saver *saver, lnt_run *run)
{
    size_t bytes = 0;
    for (int i = 0; i < LNT_RUN_ITEMS; i++) {
        const lnt_history *history = run->config->history;
        const lnt_tensor view =
            lnt_run_item_view(run, i, history != NULL ? history->max_epochs : 0);
        const size_t one = (bytes_of(&view) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        saver->offsets[i] = bytes;
        if (one > SIZE_MAX - bytes) {
            return LNT_ERR_TOO_LARGE;
        }
        bytes += one;
    }
    saver->memory = lnt_allocate(saver->allocator, bytes, 1);
    return saver->memory != NULL ? LNT_OK : LNT_ERR_MEMORY;
}

/* Copies one item, if there is anything of it. */
static void copy(lnt_saver *saver, lnt_run *run, int item)
{
    const lnt_history *history = run->config->history;
    lnt_tensor view = lnt_run_item_view(run, item, history != NULL ? history->epochs : 0);
    char *to = saver->memory + saver->offsets[item];
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
    saver->items[saver->n_items++] = (lnt_checkpoint_item){lnt_run_item_name(item), view};
}

static void begin(lnt_saver *saver, lnt_run *run)
{
    saver->n_items = 0;
    for (int i = 0; i < LNT_RUN_ITEMS; i++) {
        copy(saver, run, i);
    }
    saver->content = (lnt_checkpoint_content){saver->items, saver->n_items, saver->texts, 2};
    saver->number = run->guard.calls;
    saver->steps = lnt_optim_steps(run->learner.optim);
    saver->epochs = run->epochs_done;
    saver->seconds = run->progress.seconds;
    (void) pthread_mutex_lock(&saver->mutex);
    saver->busy = true;
    (void) pthread_cond_broadcast(&saver->changed);
    (void) pthread_mutex_unlock(&saver->mutex);
}

/* --- the run's side --- */

lnt_status lnt_saver_init(lnt_saver *saver, lnt_run *run)
{
    const lnt_checkpoint_config *config = &run->config->checkpoint;
    *saver = (lnt_saver){.config = config, .allocator = run->config->allocator};
    if (config->directory == NULL) {
        return LNT_OK;
    }
    LNT_TRY(lnt_checkpoint_folder_open(&saver->folder, config->directory,
                                       config->keep > 0 ? config->keep : LNT_CHECKPOINT_MIN_KEEP,
                                       saver->allocator, run->error));
    LNT_TRY(lnt_resume(run, saver->folder));
    LNT_TRY(allocate(saver, run));
    saver->texts[0] = (lnt_checkpoint_text){LNT_RUN_TEXT_FIELDS, lnt_run_state_names()};
    saver->texts[1] = (lnt_checkpoint_text){LNT_RUN_TEXT_SETTINGS, run->fingerprint};
    saver->steps = lnt_optim_steps(run->learner.optim);
    saver->epochs = run->epochs_done;
    saver->seconds = run->progress.seconds;
    return start(saver);
}

void lnt_saver_finish(lnt_saver *saver)
{
    if (saver->started) {
        stop(saver);
    }
    lnt_release(saver->allocator, saver->memory);
    lnt_checkpoint_folder_close(saver->folder);
    *saver = (lnt_saver){.folder = NULL};
}

static bool is_time(const lnt_saver *saver, const lnt_run *run)
{
    const lnt_checkpoint_config *config = saver->config;
    const size_t steps = lnt_optim_steps(run->learner.optim);
    return (config->every_steps > 0 && steps - saver->steps >= config->every_steps) ||
           (config->every_epochs > 0 && run->epochs_done - saver->epochs >= config->every_epochs) ||
           (config->every_seconds > 0 &&
            run->progress.seconds - saver->seconds >= config->every_seconds);
}

/* A run cannot continue from parameters that are not finite; the guard ends it in a later batch. */
static bool is_finite(const lnt_run *run)
{
    bool finite;
    double value;
    return lnt_guard_look(run->net, &finite, &value) == LNT_OK && finite;
}

void lnt_saver_look(lnt_saver *saver, lnt_run *run)
{
    if (saver->folder == NULL || is_busy(saver)) {
        return;
    }
    const bool failed = saver->failure.status != LNT_OK;
    run->progress.checkpoint_error = failed ? &saver->failure : NULL;
    if (is_time(saver, run) && is_finite(run)) {
        begin(saver, run);
    }
}

bool lnt_saver_stops(lnt_saver *saver, double seconds)
{
    if (saver->folder == NULL || seconds - saver->stop_seconds < STOP_SECONDS) {
        return false;
    }
    saver->stop_seconds = seconds;
    return lnt_checkpoint_folder_stop_requested(saver->folder);
}

lnt_status lnt_saver_end(lnt_saver *saver, lnt_run *run)
{
    if (saver->folder == NULL) {
        return LNT_OK;
    }
    wait(saver);
    begin(saver, run);
    wait(saver);
    if (saver->failure.status != LNT_OK) {
        return lnt_fail(run->error, saver->failure.status, "%s", saver->failure.message);
    }
    return LNT_OK;
}
