/* SPDX-License-Identifier: MIT */
#include "train/checkpoint/resume.h"

#include "train/checkpoint/items.h"
#include "train/checkpoint/run_fingerprint.h"
#include "train/checkpoint/run_state.h"
#include "train/run/history.h"

#include <linnet/build.h>
#include <math.h>
#include <string.h>

typedef struct resuming {
    lnt_run *run;
    const lnt_checkpoint *checkpoint;
    bool differs; /* the settings or the data differ from those of the checkpoint */
} resuming;

static lnt_status fail(const resuming *r, const char *sentence)
{
    return lnt_fail(r->run->error, LNT_ERR_FORMAT, "%s: %s", lnt_checkpoint_path(r->checkpoint),
                    sentence);
}

static lnt_status compare_settings(resuming *r)
{
    const char *before = lnt_checkpoint_get_text(r->checkpoint, LNT_RUN_TEXT_SETTINGS);
    if (before == NULL) {
        return fail(r, "is not a checkpoint of lnt_fit: it has no settings");
    }
    const lnt_text_difference d = lnt_text_compare(before, r->run->fingerprint);
    r->differs = d.before != NULL || d.now != NULL;
    if (!r->differs || r->run->config->checkpoint.allow_changes) {
        return LNT_OK;
    }
    return lnt_fail(r->run->error, LNT_ERR_MISMATCH, "%s: was made with '%.*s', now it is '%.*s'",
                    lnt_checkpoint_path(r->checkpoint), d.before_length,
                    d.before != NULL ? d.before : "", d.now_length, d.now != NULL ? d.now : "");
}

/* --- numbers --- */

static lnt_status read_numbers(const resuming *r, double *numbers, size_t count)
{
    const char *names = lnt_checkpoint_get_text(r->checkpoint, LNT_RUN_TEXT_FIELDS);
    lnt_tensor row = lnt_tensor_view(LNT_F64, numbers, 1, count);
    LNT_TRY(lnt_checkpoint_read(r->checkpoint, lnt_run_item_name(LNT_RUN_ITEM_NUMBERS), &row,
                                r->run->error));
    if (names == NULL || lnt_run_state_set(r->run, names, numbers, count, r->differs) != LNT_OK) {
        return fail(r, "a number of its run state is out of range or missing");
    }
    return LNT_OK;
}

static lnt_status load_numbers(const resuming *r)
{
    lnt_tensor shape;
    if (lnt_checkpoint_shape(r->checkpoint, lnt_run_item_name(LNT_RUN_ITEM_NUMBERS), &shape) !=
            LNT_OK ||
        shape.dtype != LNT_F64 || shape.rows != 1) {
        return fail(r, "is not a checkpoint of lnt_fit: it has no run state");
    }
    const lnt_allocator *allocator = r->run->config->allocator;
    double *numbers = lnt_allocate(allocator, shape.cols, sizeof *numbers);
    const lnt_status status =
        numbers != NULL ? read_numbers(r, numbers, shape.cols) : LNT_ERR_MEMORY;
    lnt_release(allocator, numbers);
    return status;
}

static lnt_status check_position(const resuming *r)
{
    const lnt_run *run = r->run;
    const lnt_fit_progress *p = &run->progress;
    const bool batch_fits = p->batch <= p->batches || r->differs;
    return p->epoch >= 1 && batch_fits && !run->optim_scalars.swapped &&
                   run->epochs_done <= p->epoch
               ? LNT_OK
               : fail(r, "its epoch or batch is out of range for this run");
}

/* --- vectors --- */

/* Finds an item in the checkpoint; `*found` is false if it is missing. */
static lnt_status find(const resuming *r, int item, size_t epochs, lnt_tensor *view, bool *found)
{
    lnt_tensor shape;
    *view = lnt_run_item_view(r->run, item, epochs);
    *found = lnt_checkpoint_shape(r->checkpoint, lnt_run_item_name(item), &shape) == LNT_OK;
    const bool wanted = view->rows > 0 && view->cols > 0;
    if (!wanted || !*found) {
        return LNT_OK;
    }
    if (shape.dtype == view->dtype && shape.rows == view->rows && shape.cols == view->cols) {
        return LNT_OK;
    }
    return lnt_fail(r->run->error, LNT_ERR_INVALID,
                    "%s: '%s' has %zu by %zu numbers of %s, this run's has %zu by %zu of %s",
                    lnt_checkpoint_path(r->checkpoint), lnt_run_item_name(item), shape.rows,
                    shape.cols, lnt_dtype_name(shape.dtype), view->rows, view->cols,
                    lnt_dtype_name(view->dtype));
}

static bool is_needed(const resuming *r, int item)
{
    switch (item) {
    case LNT_RUN_ITEM_BEST:
        return !r->differs;
    case LNT_RUN_ITEM_ROWS:
    case LNT_RUN_ITEM_PARAMETER_NORMS:
        return r->run->epochs_done > 0;
    default:
        return item != LNT_RUN_ITEM_NUMBERS;
    }
}

/* Checks all items before the first is read, so that an error changes nothing. */
static lnt_status check_vectors(const resuming *r)
{
    for (int i = 0; i < LNT_RUN_ITEM_NUMBERS; i++) {
        lnt_tensor view;
        bool found;
        LNT_TRY(find(r, i, r->run->epochs_done, &view, &found));
        if (!found && view.rows > 0 && view.cols > 0 && is_needed(r, i)) {
            return lnt_fail(r->run->error, LNT_ERR_INVALID, "%s: has no '%s', which this run needs",
                            lnt_checkpoint_path(r->checkpoint), lnt_run_item_name(i));
        }
    }
    return LNT_OK;
}

/* The history's rows have another layout than the numbers of the checkpoint. */
static lnt_status load_rows(const resuming *r, lnt_tensor *rows)
{
    const lnt_allocator *allocator = r->run->config->allocator;
    rows->data = lnt_allocate(allocator, rows->rows * rows->cols, sizeof(double));
    lnt_status status = LNT_ERR_MEMORY;
    if (rows->data != NULL) {
        status = lnt_checkpoint_read(r->checkpoint, lnt_run_item_name(LNT_RUN_ITEM_ROWS), rows,
                                     r->run->error);
    }
    if (status == LNT_OK) {
        lnt_history_set_numbers(r->run->config->history, rows->data, rows->rows);
    }
    lnt_release(allocator, rows->data);
    return status;
}

static lnt_status load_vectors(const resuming *r)
{
    for (int i = 0; i < LNT_RUN_ITEM_NUMBERS; i++) {
        lnt_tensor view;
        bool found;
        LNT_TRY(find(r, i, r->run->epochs_done, &view, &found));
        if (!found || view.rows == 0 || view.cols == 0) {
            continue;
        }
        LNT_TRY(i == LNT_RUN_ITEM_ROWS ? load_rows(r, &view)
                                       : lnt_checkpoint_read(r->checkpoint, lnt_run_item_name(i),
                                                             &view, r->run->error));
    }
    return LNT_OK;
}

/* If a loaded parameter is not finite, the run fails, and the net keeps its values. */
static lnt_status load_finite_vectors(const resuming *r)
{
    lnt_run *run = r->run;
    bool finite;
    double value;
    LNT_TRY(lnt_nan_guard_save(&run->guard, run->net));
    LNT_TRY(load_vectors(r));
    LNT_TRY(lnt_net_check_finite(run->net, &finite, &value));
    if (finite) {
        return LNT_OK;
    }
    LNT_TRY(lnt_nan_guard_restore(&run->guard, run->net));
    return lnt_fail(run->error, LNT_ERR_NONFINITE,
                    "%s: expected finite parameters, found %s; delete this file to resume from "
                    "the previous checkpoint",
                    lnt_checkpoint_path(r->checkpoint), lnt_nonfinite_name(value));
}

/* --- the whole --- */

/* Batches of other data or sizes cannot go on in the middle of an epoch. */
static void restart_epoch(lnt_run *run)
{
    if (!run->epoch_complete) {
        run->progress.batch = 0;
        run->progress.rows = 0;
        run->mean = (lnt_epoch_mean){0};
    }
}

static void reset_best(lnt_early_stop *stop)
{
    stop->best = stop->reference = NAN;
    stop->best_epoch = stop->waited = 0;
}

static lnt_status load(resuming *r)
{
    lnt_run *run = r->run;
    lnt_tensor best;
    bool has_best, finite;
    LNT_TRY(compare_settings(r));
    LNT_TRY(load_numbers(r));
    LNT_TRY(check_position(r));
    LNT_TRY(check_vectors(r));
    LNT_TRY(load_finite_vectors(r));
    LNT_TRY(find(r, LNT_RUN_ITEM_BEST, run->epochs_done, &best, &has_best));
    if (r->differs) {
        restart_epoch(run);
        if (best.cols > 0 && !has_best) {
            reset_best(&run->early_stop);
        }
    }
    run->before = run->progress.seconds;
    run->progress.resumed = run->result->resumed = true;
    run->progress.resumed_steps = run->result->resumed_steps = lnt_optim_steps(run->training.optim);
    run->result->different_build =
        strcmp(lnt_checkpoint_version(r->checkpoint), lnt_version()) != 0 ||
        strcmp(lnt_checkpoint_blas_core(r->checkpoint), lnt_build_info().blas_core) != 0;
    return lnt_nan_guard_save_if_finite(&run->guard, run->net, &finite);
}

lnt_status lnt_resume(lnt_run *run, lnt_checkpoint_folder *folder)
{
    const lnt_checkpoint_config *config = &run->config->checkpoint;
    lnt_checkpoint *checkpoint;
    uint64_t number;
    LNT_TRY(lnt_checkpoint_folder_newest(folder, &checkpoint, &number,
                                         &run->result->skipped_checkpoint, run->error));
    if (checkpoint == NULL) {
        return LNT_OK;
    }
    resuming r = {.run = run, .checkpoint = checkpoint};
    const lnt_status status =
        config->resume ? load(&r)
                       : lnt_fail(run->error, LNT_ERR_EXISTS,
                                  "%s: the folder already has checkpoints", config->directory);
    lnt_checkpoint_close(checkpoint);
    return status;
}
