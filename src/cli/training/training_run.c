/* SPDX-License-Identifier: MIT */
#include "cli/training/training_run.h"

#include "cli/dataset/class_weights.h"
#include "cli/output/interrupt.h"
#include "cli/output/messages.h"
#include "cli/training/net_build.h"
#include "cli/training/optim_auto.h"

#include <stdlib.h>
#include <string.h>

void lnt_cli_trial_finish(lnt_cli_trial *trial)
{
    lnt_model_finish(&trial->model);
    lnt_cli_model_data_finish(&trial->validation);
    free(trial->class_weights);
    trial->class_weights = NULL;
}

/* Fitted on the training rows unless the model knows it, applied to all, in place. */
static lnt_status scale(const lnt_cli_rows *rows, lnt_tensor t, lnt_scaling kind, bool known,
                        lnt_scaler **scaler)
{
    if (!known && kind != LNT_SCALING_NONE) {
        const lnt_tensor training = lnt_cli_rows_part(rows, &t, false);
        LNT_TRY(lnt_scaler_fit(scaler, kind, &training, NULL));
    }
    return *scaler == NULL ? LNT_OK : lnt_scaler_transform(*scaler, &t, &t);
}

static bool takes_any_number(lnt_loss_kind kind)
{
    return kind != LNT_LOSS_POISSON && !lnt_loss_is_classification(kind);
}

/* Inputs that are streamed are scaled as they are read. */
static lnt_status scale_streamed(lnt_cli_trial *trial, bool known, lnt_error *error)
{
    lnt_cli_streamed *streamed = trial->rows.streamed;
    const lnt_scaling kind = (lnt_scaling) trial->settings->scale_inputs;
    if (!known && kind != LNT_SCALING_NONE) {
        LNT_TRY(lnt_cli_streamed_scaler(streamed, kind, &trial->model.input_scaler, error));
    }
    streamed->scaler = trial->model.input_scaler;
    return LNT_OK;
}

static lnt_status scale_rows(lnt_cli_trial *trial, bool known, lnt_error *error)
{
    const lnt_cli_train_settings *settings = trial->settings;
    const lnt_scaling targets = takes_any_number(trial->model.loss.kind)
                                    ? (lnt_scaling) settings->scale_targets
                                    : LNT_SCALING_NONE;
    lnt_status status = trial->rows.streamed != NULL ? scale_streamed(trial, known, error)
                                                     : scale(&trial->rows, trial->rows.x,
                                                             (lnt_scaling) settings->scale_inputs,
                                                             known, &trial->model.input_scaler);
    if (status == LNT_OK) {
        status = scale(&trial->rows, trial->rows.y, targets, known, &trial->model.target_scaler);
    }
    return status == LNT_ERR_NONFINITE
               ? lnt_fail(error, status, "the data: a value is beyond what %s can hold",
                          lnt_dtype_name(trial->rows.x.dtype))
               : status;
}

static size_t count_outputs(const lnt_cli_trial *trial)
{
    const size_t targets = trial->rows.y.cols;
    switch (trial->model.loss.kind) {
    case LNT_LOSS_SOFTMAX_CROSS_ENTROPY:
        return lnt_names_count(trial->model.class_names);
    case LNT_LOSS_GAUSSIAN:
        return 2 * targets;
    default:
        return targets;
    }
}

static lnt_status settle_loss(lnt_cli_trial *trial, lnt_error *error)
{
    trial->model.loss = trial->settings->loss;
    if (trial->settings->class_weights == NULL) {
        return LNT_OK;
    }
    const lnt_tensor y = lnt_cli_rows_part(&trial->rows, &trial->rows.y, false);
    LNT_TRY(lnt_cli_class_weights(trial->settings->class_weights, trial->model.class_names, &y,
                                  &trial->class_weights, error));
    trial->model.loss.class_weights = trial->class_weights;
    trial->model.loss.n_class_weights = lnt_names_count(trial->model.class_names);
    return LNT_OK;
}

/* Rows held out come from the same file, or from one of their own. */
static lnt_status settle_validation(lnt_cli_trial *trial, lnt_error *error)
{
    const lnt_cli_train_settings *settings = trial->settings;
    const lnt_cli_rows *rows = &trial->rows;
    if (settings->validation_file == NULL) {
        if (rows->streamed != NULL) {
            LNT_TRY(lnt_cli_streamed_held_out(rows->streamed, &trial->x_val, error));
        } else {
            trial->x_val = lnt_cli_rows_part(rows, &rows->x, true);
        }
        trial->y_val = lnt_cli_rows_part(rows, &rows->y, true);
        trial->weights_val = lnt_cli_rows_part(rows, &rows->weights, true);
        return LNT_OK;
    }
    lnt_cli_model_data *own = &trial->validation;
    LNT_TRY(lnt_cli_model_data_both(own, &trial->model, settings->validation_file,
                                    &settings->reading, &settings->targets, error));
    trial->x_val = own->x;
    trial->y_val = own->y;
    if (trial->model.input_scaler != NULL) {
        LNT_TRY(lnt_scaler_transform(trial->model.input_scaler, &own->x, &own->x));
    }
    if (trial->model.target_scaler != NULL) {
        LNT_TRY(lnt_scaler_transform(trial->model.target_scaler, &own->y, &own->y));
    }
    return LNT_OK;
}

/* The monitored metric must mean something for what is learned. */
static lnt_status check_monitor(const lnt_cli_trial *trial, lnt_error *error)
{
    const lnt_metric monitor = trial->config.monitor;
    if (lnt_metric_applies(monitor, trial->model.loss.kind, lnt_net_outputs(trial->model.net))) {
        return LNT_OK;
    }
    return lnt_fail(error, LNT_ERR_INVALID,
                    "option --monitor: %s has no meaning with the loss %s and %zu outputs",
                    lnt_metric_name(monitor), lnt_loss_name(trial->model.loss.kind),
                    lnt_net_outputs(trial->model.net));
}

/* How the rows to train on are read. Weights are the source's, not the configuration's. */
static lnt_status settle_source(lnt_cli_trial *trial, lnt_error *error)
{
    lnt_cli_streamed *streamed = trial->rows.streamed;
    const size_t other =
        lnt_cli_streamed_size(&trial->validation.x) + lnt_cli_streamed_size(&trial->validation.y);
    streamed->y = trial->y;
    streamed->weights = trial->weights;
    trial->config.weights = NULL;
    return lnt_cli_streamed_source(streamed, trial->config.batch_rows, trial->config.shuffle, other,
                                   &trial->source, error);
}

static lnt_status settle_config(lnt_cli_trial *trial, lnt_error *error)
{
    const lnt_cli_rows *rows = &trial->rows;
    const bool held_out = trial->x_val.rows > 0;
    trial->x = lnt_cli_rows_part(rows, &rows->x, false);
    trial->y = lnt_cli_rows_part(rows, &rows->y, false);
    trial->weights = lnt_cli_rows_part(rows, &rows->weights, false);
    trial->sampling = lnt_cli_rows_part(rows, &rows->sampling, false);
    const lnt_fit_config defaults = lnt_fit_defaults();
    lnt_fit_config *config = &trial->config;
    *config = trial->settings->fit;
    config->allocator = defaults.allocator;
    config->threads = (unsigned) trial->settings->reading.threads;
    config->loss = trial->model.loss;
    config->weights = trial->weights.rows > 0 ? &trial->weights : NULL;
    config->sampling_weights = trial->sampling.rows > 0 ? &trial->sampling : NULL;
    config->x_val = held_out ? &trial->x_val : NULL;
    config->y_val = held_out ? &trial->y_val : NULL;
    config->weights_val = held_out && trial->weights_val.rows > 0 ? &trial->weights_val : NULL;
    config->top_k = config->top_k > 0 ? config->top_k : defaults.top_k;
    LNT_TRY(check_monitor(trial, error));
    return rows->streamed != NULL ? settle_source(trial, error) : LNT_OK;
}

lnt_status lnt_cli_trial_prepare(lnt_cli_trial *trial, bool classify, lnt_error *error)
{
    const bool known = trial->model.net != NULL;
    LNT_TRY(settle_loss(trial, error));
    LNT_TRY(scale_rows(trial, known, error));
    const size_t outputs = count_outputs(trial);
    if (!known) {
        LNT_TRY(lnt_cli_net_build(&trial->model.net, trial->settings, trial->rows.x.cols, outputs,
                                  trial->rows.n_train, error));
    } else if (lnt_net_outputs(trial->model.net) != outputs) {
        return lnt_fail(error, LNT_ERR_SHAPE,
                        "option --from: the model has %zu outputs, for %s %zu "
                        "are needed",
                        lnt_net_outputs(trial->model.net),
                        classify ? "these classes" : "these targets", outputs);
    }
    LNT_TRY(lnt_cli_optim_pick(trial->settings, trial->model.net, &trial->model.loss,
                               trial->rows.n_train, error));
    LNT_TRY(settle_validation(trial, error));
    return settle_config(trial, error);
}

/* Once: where the run goes on, and that checkpoints fail, until one does not. */
static void tell(lnt_cli_trial *trial, const lnt_fit_progress *now)
{
    if (now->resumed && !trial->told_resumed) {
        lnt_cli_note("goes on from a checkpoint, in epoch %zu, after %zu steps", now->epoch,
                     now->resumed_steps);
        trial->told_resumed = true;
    }
    const bool failed = now->checkpoint_error != NULL;
    if (failed && !trial->told_failed) {
        lnt_cli_warn("%s; training goes on", now->checkpoint_error->message);
    }
    trial->told_failed = failed;
}

/* Adds to a sentence what the command has to say. */
static lnt_status fail_with(lnt_error *error, lnt_status status, const char *more)
{
    const lnt_error why = *error;
    return lnt_fail(error, status, "%s%s", why.message, more);
}

static bool go_on(const lnt_fit_progress *now, void *context)
{
    lnt_cli_trial *trial = context;
    tell(trial, now);
    lnt_cli_progress_update(&trial->progress, now);
    return !lnt_cli_interrupted();
}

lnt_status lnt_cli_trial_fit(lnt_cli_trial *trial, bool shown, lnt_error *error)
{
    const lnt_cli_when when = (lnt_cli_when) trial->settings->progress;
    const bool silent = !shown || trial->settings->quiet;
    trial->config.callback = go_on;
    trial->config.callback_context = trial;
    lnt_cli_interrupt_watch();
    lnt_cli_interrupt_ignore_pipe();
    lnt_cli_progress_begin(&trial->progress, silent ? LNT_CLI_NEVER : when, trial->x.rows);
    const lnt_status status = trial->rows.streamed != NULL
                                  ? lnt_fit_source(trial->model.net, &trial->source, &trial->config,
                                                   &trial->result, error)
                                  : lnt_fit(trial->model.net, &trial->x, &trial->y, &trial->config,
                                            &trial->result, error);
    lnt_cli_progress_end(&trial->progress);
    if (trial->result.skipped_checkpoint.status != LNT_OK) {
        lnt_cli_warn("%s; the checkpoint before it was used",
                     trial->result.skipped_checkpoint.message);
    }
    if (trial->result.different_build) {
        lnt_cli_warn("the checkpoint was made by another version of linnet or on another kind of "
                     "processor: rounding may differ");
    }
    const bool keeps = trial->config.checkpoint.directory != NULL;
    if (keeps && status == LNT_ERR_ORDER && strstr(error->message, "already") != NULL) {
        return fail_with(error, status, "; --resume goes on from the newest");
    }
    if (keeps && status == LNT_ERR_INVALID && strstr(error->message, "was made with") != NULL) {
        return fail_with(error, status, "; --resume-allow-changes goes on all the same");
    }
    if (status == LNT_ERR_NONFINITE) {
        char why[LNT_ERROR_LENGTH];
        memcpy(why, error->message, sizeof why);
        return lnt_fail(error, status, "%s; nothing is saved; try an --lr below %g", why,
                        trial->config.optim.learning_rate);
    }
    return status;
}

lnt_status lnt_cli_trial_judged(lnt_cli_trial *trial, lnt_cli_judged *judged)
{
    judged->held_out = trial->x_val.rows > 0;
    judged->x = judged->held_out ? trial->x_val : trial->x;
    judged->y = judged->held_out ? trial->y_val : trial->y;
    return trial->model.target_scaler == NULL
               ? LNT_OK
               : lnt_scaler_inverse_transform(trial->model.target_scaler, &judged->y, &judged->y);
}
