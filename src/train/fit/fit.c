/* SPDX-License-Identifier: MIT */
#include "train/fit/fit.h"
#include "train/fit/fit_check.h"

#include <math.h>

/* Leaves the net as the settings ask: the best one, or the average, or the last. */
static lnt_status settle(lnt_run *r)
{
    const lnt_early_stop *stop = &r->early_stop;
    if (r->config->restore_best && stop->best_epoch > 0) {
        r->progress.validation = stop->best_scores;
        return lnt_early_stop_restore(stop, r->net);
    }
    LNT_TRY(lnt_fit_swap_average(r));
    const bool moved = lnt_optim_steps(r->training.optim) != r->validated_steps;
    return moved ? lnt_fit_validate(r) : LNT_OK;
}

static lnt_status run_all(lnt_fit_job *job)
{
    lnt_run *r = &job->run;
    lnt_error why = {.status = LNT_OK};
    lnt_error *const error = r->error;
    r->error = &why;
    const lnt_status status = lnt_fit_prepare(job);
    r->error = error;
    if (status != LNT_OK) {
        return lnt_fail(error, status, "cannot prepare training: %s",
                        why.status != LNT_OK ? why.message : lnt_status_text(status));
    }
    r->start = lnt_fit_now();
    LNT_TRY(lnt_pass_set_spin(r->training.pass, true));
    LNT_TRY(lnt_fit_run(job));
    LNT_TRY(lnt_pass_set_spin(r->training.pass, false));
    const lnt_status saved = lnt_checkpoint_writer_write_last(&job->writer, r);
    r->result->checkpoint_failed = saved != LNT_OK;
    const lnt_status outcome = settle(r);
    return outcome == LNT_OK
               ? saved
               : lnt_fail(error, outcome, "after the last epoch: %s", lnt_status_text(outcome));
}

static void report(const lnt_run *r)
{
    lnt_fit_result *result = r->result;
    result->steps = r->training.optim != NULL ? lnt_optim_steps(r->training.optim) : 0;
    result->epochs = r->epochs_done;
    result->seconds = r->start > 0 ? r->before + (lnt_fit_now() - r->start) : 0;
    result->train_loss = isnan(r->value) ? r->progress.train_loss : r->value;
    result->train_accuracy = r->progress.train_accuracy;
    result->validation = r->progress.validation;
    result->best_epoch = r->early_stop.best_epoch;
    result->best_value = r->early_stop.best_epoch > 0 ? r->early_stop.best : NAN;
}

static lnt_status fit(lnt_fit_job *job, lnt_net *net, const lnt_fit_config *config,
                      lnt_fit_result *result, lnt_error *error)
{
    lnt_fit_result outcome = {.end = LNT_END_EPOCHS};
    job->run =
        (lnt_run){.net = net, .config = config, .result = &outcome, .error = error, .value = NAN};
    job->run.progress = (lnt_fit_progress){.epochs = config->epochs,
                                           .batch_loss = NAN,
                                           .damping = NAN,
                                           .train_loss = NAN,
                                           .train_accuracy = NAN,
                                           .validation = lnt_scores_none(),
                                           .net = net};
    const lnt_status status = run_all(job);
    report(&job->run);
    lnt_fit_clean_up(job);
    if (result != NULL) {
        *result = outcome;
    }
    return status;
}

lnt_status lnt_fit(lnt_net *net, const lnt_tensor *x, const lnt_tensor *y,
                   const lnt_fit_config *config, lnt_fit_result *result, lnt_error *error)
{
    if (net == NULL || x == NULL || y == NULL || config == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "net, x, y and config are required");
    }
    LNT_TRY(lnt_fit_check(net, x, y, config, error));
    lnt_fit_job job = {.x = x, .y = y};
    return fit(&job, net, config, result, error);
}

lnt_status lnt_fit_source(lnt_net *net, const lnt_data_source *source, const lnt_fit_config *config,
                          lnt_fit_result *result, lnt_error *error)
{
    if (net == NULL || source == NULL || config == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "net, source and config are required");
    }
    LNT_TRY(lnt_fit_check_source(net, source, config, error));
    lnt_fit_job job = {.source = source};
    return fit(&job, net, config, result, error);
}
