/* SPDX-License-Identifier: MIT */
#include "train/fit/fit.h"
#include "train/run/history.h"

#include <math.h>

static void end(lnt_run *r, lnt_fit_end why)
{
    r->ended = true;
    r->result->end = why;
}

/* Brings the progress up to date. */
static void advance(lnt_run *r, bool epoch_end)
{
    const lnt_loss *loss = &r->config->loss;
    r->progress.epoch_end = epoch_end;
    r->progress.steps = lnt_optim_steps(r->training.optim);
    r->progress.seconds = r->before + (lnt_fit_now() - r->start);
    r->progress.train_loss = lnt_epoch_mean_loss(&r->mean, loss);
    r->progress.train_accuracy = lnt_epoch_mean_accuracy(&r->mean, loss, lnt_net_outputs(r->net));
    r->progress.learning_rate = lnt_optim_learning_rate(r->training.optim);
    r->progress.damping = lnt_optim_damping(r->training.optim);
    r->progress.best_epoch = r->early_stop.best_epoch;
}

/* Tells the caller, who may want to stop. */
static void tell(lnt_run *r)
{
    const lnt_fit_config *config = r->config;
    if (config->callback != NULL && !config->callback(&r->progress, config->callback_context)) {
        end(r, LNT_END_CALLBACK);
    }
}

/* The loss of a batch, and the pass's gradients. */
static lnt_status evaluate(lnt_run *r, const lnt_batch *batch, double *loss)
{
    if (r->evaluated) {
        r->evaluated = false;
        *loss = r->value;
        return LNT_OK;
    }
    return lnt_pass_forward_backward(r->training.pass, r->net, &batch->x, &r->config->loss,
                                     &batch->y, lnt_batch_weights(batch), loss);
}

/* Whether the gradient of all the data is so small that the run ends here. */
static lnt_status is_flat(lnt_run *r, bool *flat)
{
    const double least = r->config->gradient_tolerance;
    *flat = false;
    if (least > 0 && lnt_data_loader_is_full_batch(&r->loader, r->config)) {
        const lnt_tensor gradients = lnt_pass_gradients(r->training.pass);
        double norm;
        LNT_TRY(lnt_norm(LNT_NORM_L2, &gradients, &norm));
        *flat = norm <= least;
    }
    return LNT_OK;
}

static lnt_status step(lnt_run *r, const lnt_batch *batch, double loss)
{
    const lnt_optim_batch seen = {.x = &batch->x,
                                  .target = &batch->y,
                                  .weights = lnt_batch_weights(batch),
                                  .loss = &r->config->loss,
                                  .value = loss,
                                  .full_batch = r->full_batch};
    lnt_optim_outcome outcome;
    const lnt_status status =
        lnt_optim_step_batch(r->training.optim, r->net, r->training.pass, &seen, &outcome);
    if (status == LNT_ERR_NONFINITE) {
        return lnt_fit_nonfinite_value(r, "the norm of the gradient", INFINITY);
    }
    LNT_TRY(status);
    r->evaluated = r->full_batch && outcome.evaluated;
    r->value = r->full_batch ? outcome.value : NAN;
    if (r->full_batch && outcome.stalled) {
        end(r, LNT_END_STALLED);
    }
    return LNT_OK;
}

static lnt_status train_batch(lnt_run *r)
{
    const lnt_fit_config *config = r->config;
    lnt_pass *pass = r->training.pass;
    lnt_optim *optim = r->training.optim;
    lnt_batch batch;
    lnt_tensor output;
    double loss;
    bool finite, flat;
    LNT_TRY(lnt_data_loader_get_batch(&r->loader, r->progress.epoch, r->progress.batch - 1, &batch,
                                      &r->why));
    LNT_TRY(evaluate(r, &batch, &loss));
    LNT_TRY(lnt_pass_layer_output(pass, lnt_net_n_layers(r->net) - 1, &output));
    r->progress.batch_loss = loss;
    if (!isfinite(loss)) {
        return lnt_fit_nonfinite_loss(r, loss);
    }
    LNT_TRY(lnt_epoch_mean_add(&r->mean, &config->loss, loss, &output, &batch));
    LNT_TRY(lnt_nan_guard_update(&r->guard, r->net, &finite));
    if (!finite) {
        return lnt_fit_check_parameters(r);
    }
    if (config->history != NULL && r->progress.batch == r->progress.batches) {
        LNT_TRY(lnt_history_record_gradients(config->history, pass));
    }
    const size_t period =
        r->scheduler.schedule.per_step ? lnt_optim_steps(optim) : r->progress.epoch - 1;
    LNT_TRY(lnt_lr_scheduler_apply(&r->scheduler, optim, period));
    r->progress.rows += batch.x.rows;
    LNT_TRY(is_flat(r, &flat));
    if (flat) {
        end(r, LNT_END_GRADIENT_TOLERANCE);
        return LNT_OK;
    }
    return step(r, &batch, loss);
}

/* Ends the run where a limit is reached, unless it ends here anyway. */
static void look_at_limits(lnt_fit_job *job)
{
    lnt_run *r = &job->run;
    const lnt_fit_config *config = r->config;
    if (r->progress.epoch == r->progress.epochs && r->progress.batch == r->progress.batches) {
        return;
    }
    if (config->max_steps > 0 && r->progress.steps >= config->max_steps) {
        end(r, LNT_END_STEPS);
    } else if (config->max_seconds > 0 && r->progress.seconds - r->before >= config->max_seconds) {
        end(r, LNT_END_SECONDS);
    } else if (lnt_checkpoint_writer_stop_requested(&job->writer, r->progress.seconds)) {
        end(r, LNT_END_STOP_FILE);
    }
}

/* Lower is better: all metrics of which more is better end at 1. */
static double plateau_value(const lnt_run *r, double value)
{
    return r->early_stop.higher_is_better ? 1 - value : value;
}

static bool reaches_goal(const lnt_run *r)
{
    const double loss =
        isnan(r->value) ? lnt_epoch_mean_loss(&r->mean, &r->config->loss) : r->value;
    return r->config->target_loss > 0 && loss <= r->config->target_loss;
}

static lnt_status end_epoch(lnt_fit_job *job)
{
    lnt_run *r = &job->run;
    bool patience_ends = false;
    LNT_TRY(lnt_fit_check_parameters(r));
    LNT_TRY(lnt_fit_swap_average(r));
    LNT_TRY(lnt_fit_validate(r));
    const double value = lnt_fit_validates(r) ? r->progress.validation.value[r->config->monitor]
                                              : lnt_epoch_mean_loss(&r->mean, &r->config->loss);
    LNT_TRY(lnt_early_stop_update(&r->early_stop, r->progress.epoch, value, &r->progress.validation,
                                  r->net, &patience_ends));
    LNT_TRY(lnt_fit_swap_average(r));
    lnt_lr_scheduler_step(&r->scheduler, r->progress.epoch - 1, plateau_value(r, value));
    r->epochs_done++;
    r->epoch_complete = true;
    if (reaches_goal(r) && !r->ended) {
        end(r, LNT_END_TARGET_LOSS);
    } else if (patience_ends && !r->ended) {
        end(r, LNT_END_PATIENCE);
    }
    advance(r, true);
    if (r->config->history != NULL) {
        LNT_TRY(lnt_history_add(r->config->history, r->net, &r->progress));
    }
    tell(r);
    lnt_checkpoint_writer_poll(&job->writer, r);
    return LNT_OK;
}

static lnt_status train_epoch(lnt_fit_job *job)
{
    lnt_run *r = &job->run;
    for (size_t b = r->progress.batch; b < r->progress.batches && !r->ended; b++) {
        r->progress.batch = b + 1;
        LNT_TRY(train_batch(r));
        advance(r, false);
        tell(r);
        if (!r->ended) {
            look_at_limits(job);
        }
        lnt_checkpoint_writer_poll(&job->writer, r);
    }
    const bool complete =
        r->progress.batch == r->progress.batches && r->result->end != LNT_END_CALLBACK;
    return complete ? end_epoch(job) : lnt_fit_check_parameters(r);
}

/* To the first batch of the next epoch, or of the first. */
static void begin_epoch(lnt_run *r)
{
    r->progress.epoch++;
    r->progress.batch = 0;
    r->progress.rows = 0;
    r->epoch_complete = false;
    r->mean = (lnt_epoch_mean){0};
}

/* A run that is continued may be over: by what ended it before, or by new limits. */
static void look_at_ends(lnt_run *r)
{
    const lnt_fit_config *config = r->config;
    if (config->patience > 0 && r->early_stop.waited >= config->patience) {
        end(r, LNT_END_PATIENCE);
    } else if (config->max_steps > 0 && r->progress.steps >= config->max_steps) {
        end(r, LNT_END_STEPS);
    }
}

lnt_status lnt_fit_run(lnt_fit_job *job)
{
    lnt_run *r = &job->run;
    if (r->progress.resumed) {
        r->progress.steps = lnt_optim_steps(r->training.optim);
        look_at_ends(r);
    } else {
        begin_epoch(r);
    }
    while (!r->ended) {
        const size_t epoch = r->progress.epoch;
        if (r->epoch_complete && epoch >= r->config->epochs) {
            break;
        }
        if (r->epoch_complete) {
            begin_epoch(r);
            continue;
        }
        const lnt_status status = train_epoch(job);
        if (status == LNT_ERR_NONFINITE) {
            return status;
        }
        if (status != LNT_OK) {
            return lnt_fail(r->error, status, "epoch %zu, batch %zu of %zu: %s", epoch,
                            r->progress.batch, r->progress.batches,
                            r->why.status != LNT_OK ? r->why.message : lnt_status_text(status));
        }
    }
    return LNT_OK;
}
