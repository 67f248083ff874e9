/* SPDX-License-Identifier: MIT */
#include "train/fit/fit.h"
#include "train/fit/fit_check.h"
#include "train/loader/rows_check.h"
#include "train/run/history.h"

#include <math.h>

/* Holds rows out for validation; `*train` and `*held_out` are the parts, the latter may be empty.
 */
static lnt_status split(lnt_run *r, lnt_rows *train, lnt_rows *held_out)
{
    const lnt_fit_config *config = r->config;
    *held_out = (lnt_rows){.x = config->x_val, .y = config->y_val, .weights = config->weights_val};
    if (config->x_val != NULL) {
        held_out->count = config->x_val->rows;
        return LNT_OK;
    }
    if (config->validation_fraction == 0) {
        return LNT_OK;
    }
    const size_t rows = train->count;
    const bool labels = lnt_fit_has_labels(&config->loss, lnt_net_outputs(r->net), train->y);
    r->parts = lnt_allocate(config->allocator, rows, sizeof *r->parts);
    if (r->parts == NULL) {
        return LNT_ERR_MEMORY;
    }
    LNT_TRY(lnt_train_test_split(rows, config->validation_fraction, labels ? train->y : NULL,
                                 config->seed, r->parts, &train->count));
    if (train->count == rows) {
        return lnt_fail(r->error, LNT_ERR_INVALID,
                        "validation_fraction %g of %zu rows leaves none to validate on",
                        config->validation_fraction, rows);
    }
    train->index = r->parts;
    *held_out = *train;
    held_out->index = r->parts + train->count;
    held_out->count = rows - train->count;
    return LNT_OK;
}

/* Of the schedule: epochs, or steps, that the run can have at most. */
static size_t periods(const lnt_run *r)
{
    const lnt_fit_config *config = r->config;
    const size_t wanted = config->optim.accumulate > 1 ? config->optim.accumulate : 1;
    const size_t batches = r->progress.batches;
    const size_t calls = config->epochs <= SIZE_MAX / batches ? config->epochs * batches : SIZE_MAX;
    size_t steps = calls / wanted;
    if (config->max_steps > 0 && config->max_steps < steps) {
        steps = config->max_steps;
    }
    if (config->schedule.per_step) {
        return steps > 0 ? steps : 1;
    }
    const double epochs = ceil((double) steps * (double) wanted / (double) batches);
    return epochs < (double) config->epochs && config->max_steps > 0 ? (size_t) epochs
                                                                     : config->epochs;
}

/* `*held_out` may be left empty. */
static lnt_status prepare_feed(lnt_fit_job *job, lnt_rows *held_out)
{
    lnt_run *r = &job->run;
    const lnt_fit_config *config = r->config;
    const size_t classes = lnt_loss_classes(config->loss.kind, lnt_net_outputs(r->net));
    lnt_rows train = {.x = job->x, .y = job->y, .weights = config->weights};
    train.count = job->source == NULL ? job->x->rows : 0;
    LNT_TRY(split(r, &train, held_out));
    return job->source == NULL
               ? lnt_data_loader_init_rows(&r->loader, config, &train, classes)
               : lnt_data_loader_init_source(&r->loader, config, r->net, job->source);
}

lnt_status lnt_fit_prepare(lnt_fit_job *job)
{
    lnt_run *r = &job->run;
    const lnt_fit_config *config = r->config;
    lnt_rows held_out;
    LNT_TRY(prepare_feed(job, &held_out));
    r->progress.batches = r->loader.batches;
    LNT_TRY(lnt_training_state_init(&r->training, r->net, config, r->loader.batch_rows, r->error));
    r->progress.pass = r->training.pass;
    r->full_batch = lnt_data_loader_is_full_batch(&r->loader, config) &&
                    lnt_optim_reevaluates(config->optim.kind);
    if (config->optim.kind == LNT_LM && config->optim.lm.bayesian && !r->full_batch) {
        return lnt_fail(
            r->error, LNT_ERR_INVALID,
            "optim.lm.bayesian needs all rows in a step, without sampling, but batch_rows "
            "is %zu, of %zu batches",
            r->loader.batch_rows, r->loader.batches);
    }
    LNT_TRY(lnt_lr_scheduler_init(&r->scheduler, config, periods(r), r->training.optim, r->error));
    if (held_out.count > 0) {
        LNT_TRY(lnt_fit_check_monitor(r->net, config, held_out.count, r->error));
        LNT_TRY(lnt_validation_init(&r->validation, r->net, config, &held_out));
    }
    LNT_TRY(lnt_early_stop_init(&r->early_stop, config, held_out.count > 0, r->net));
    LNT_TRY(lnt_nan_guard_init(&r->guard, r->net, config->allocator));
    if (config->history != NULL) {
        LNT_TRY(lnt_history_begin(config->history, r->net, config->epochs, r->error));
    }
    if (config->checkpoint.directory != NULL) {
        LNT_TRY(lnt_run_fingerprint_init(&job->text, r->net, config, &r->scheduler.schedule, job->x,
                                         job->y, job->source));
        r->fingerprint = job->text.text;
    }
    return lnt_checkpoint_writer_init(&job->writer, r);
}

void lnt_fit_clean_up(lnt_fit_job *job)
{
    lnt_run *r = &job->run;
    lnt_checkpoint_writer_clear(&job->writer);
    lnt_run_fingerprint_clear(&job->text);
    lnt_training_state_clear(&r->training);
    lnt_data_loader_clear(&r->loader);
    lnt_validation_clear(&r->validation);
    lnt_early_stop_clear(&r->early_stop);
    lnt_nan_guard_clear(&r->guard);
    lnt_release(r->config->allocator, r->parts);
}
