/* SPDX-License-Identifier: MIT */
#include "cli/training/training_run.h"

#include "cli/dataset/class_weights.h"
#include "cli/output/interrupt.h"
#include "cli/output/messages.h"
#include "cli/output/text.h"
#include "cli/training/net_build.h"
#include "cli/training/optim_auto.h"

#include <stdlib.h>
#include <string.h>

void lnt_cli_training_run_clear(lnt_cli_training_run *run)
{
    lnt_model_finish(&run->model);
    lnt_cli_model_data_clear(&run->validation);
    free(run->class_weights);
    run->class_weights = NULL;
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
static lnt_status scale_streamed(lnt_cli_training_run *run, bool known, lnt_error *error)
{
    lnt_cli_streamed *streamed = run->rows.streamed;
    const lnt_scaling kind = (lnt_scaling) run->settings->scale_inputs;
    if (!known && kind != LNT_SCALING_NONE) {
        LNT_TRY(lnt_cli_streamed_scaler(streamed, kind, &run->model.input_scaler, error));
    }
    streamed->scaler = run->model.input_scaler;
    return LNT_OK;
}

static lnt_status scale_rows(lnt_cli_training_run *run, bool known, lnt_error *error)
{
    const lnt_cli_train_settings *settings = run->settings;
    const lnt_scaling targets = takes_any_number(run->model.loss.kind)
                                    ? (lnt_scaling) settings->scale_targets
                                    : LNT_SCALING_NONE;
    lnt_status status = run->rows.streamed != NULL
                            ? scale_streamed(run, known, error)
                            : scale(&run->rows, run->rows.x, (lnt_scaling) settings->scale_inputs,
                                    known, &run->model.input_scaler);
    if (status == LNT_OK) {
        status = scale(&run->rows, run->rows.y, targets, known, &run->model.target_scaler);
    }
    return status == LNT_ERR_NONFINITE
               ? lnt_fail(error, status, "the data: a value is outside the range of %s",
                          lnt_dtype_name(run->rows.x.dtype))
               : status;
}

static size_t count_outputs(const lnt_cli_training_run *run)
{
    const size_t targets = run->rows.y.cols;
    switch (run->model.loss.kind) {
    case LNT_LOSS_SOFTMAX_CROSS_ENTROPY:
        return lnt_names_count(run->model.class_names);
    case LNT_LOSS_GAUSSIAN:
        return 2 * targets;
    default:
        return targets;
    }
}

static lnt_status resolve_loss(lnt_cli_training_run *run, lnt_error *error)
{
    run->model.loss = run->settings->loss;
    if (run->settings->class_weights == NULL) {
        return LNT_OK;
    }
    const lnt_tensor y = lnt_cli_rows_part(&run->rows, &run->rows.y, false);
    LNT_TRY(lnt_cli_class_weights(run->settings->class_weights, run->model.class_names, &y,
                                  &run->class_weights, error));
    run->model.loss.class_weights = run->class_weights;
    run->model.loss.n_class_weights = lnt_names_count(run->model.class_names);
    return LNT_OK;
}

/* Rows held out come from the same file, or from one of their own. */
static lnt_status resolve_validation(lnt_cli_training_run *run, lnt_error *error)
{
    const lnt_cli_train_settings *settings = run->settings;
    const lnt_cli_rows *rows = &run->rows;
    if (settings->validation_file == NULL) {
        if (rows->streamed != NULL) {
            LNT_TRY(lnt_cli_streamed_held_out(rows->streamed, &run->x_val, error));
        } else {
            run->x_val = lnt_cli_rows_part(rows, &rows->x, true);
        }
        run->y_val = lnt_cli_rows_part(rows, &rows->y, true);
        run->weights_val = lnt_cli_rows_part(rows, &rows->weights, true);
        return LNT_OK;
    }
    lnt_cli_model_data *own = &run->validation;
    LNT_TRY(lnt_cli_model_data_both(own, &run->model, settings->validation_file, &settings->reading,
                                    &settings->targets, error));
    run->x_val = own->x;
    run->y_val = own->y;
    if (run->model.input_scaler != NULL) {
        LNT_TRY(lnt_scaler_transform(run->model.input_scaler, &own->x, &own->x));
    }
    if (run->model.target_scaler != NULL) {
        LNT_TRY(lnt_scaler_transform(run->model.target_scaler, &own->y, &own->y));
    }
    return LNT_OK;
}

/* The monitored metric must mean something for what is learned. */
static lnt_status check_monitor(const lnt_cli_training_run *run, lnt_error *error)
{
    const lnt_metric monitor = run->config.monitor;
    if (lnt_metric_applies(monitor, run->model.loss.kind, lnt_net_outputs(run->model.net))) {
        return LNT_OK;
    }
    return lnt_fail(error, LNT_ERR_INVALID,
                    "option --monitor: %s is not defined for the loss %s and %zu output%s",
                    lnt_metric_name(monitor), lnt_loss_name(run->model.loss.kind),
                    lnt_net_outputs(run->model.net),
                    lnt_cli_plural(lnt_net_outputs(run->model.net)));
}

/* How the rows to train on are read. Weights are the source's, not the configuration's. */
static lnt_status resolve_source(lnt_cli_training_run *run, lnt_error *error)
{
    lnt_cli_streamed *streamed = run->rows.streamed;
    const size_t other =
        lnt_cli_streamed_size(&run->validation.x) + lnt_cli_streamed_size(&run->validation.y);
    streamed->y = run->y;
    streamed->weights = run->weights;
    run->config.weights = NULL;
    return lnt_cli_streamed_source(streamed, run->config.batch_rows, run->config.shuffle, other,
                                   &run->source, error);
}

static lnt_status resolve_config(lnt_cli_training_run *run, lnt_error *error)
{
    const lnt_cli_rows *rows = &run->rows;
    const bool held_out = run->x_val.rows > 0;
    run->x = lnt_cli_rows_part(rows, &rows->x, false);
    run->y = lnt_cli_rows_part(rows, &rows->y, false);
    run->weights = lnt_cli_rows_part(rows, &rows->weights, false);
    run->sampling = lnt_cli_rows_part(rows, &rows->sampling, false);
    const lnt_fit_config defaults = lnt_fit_defaults();
    lnt_fit_config *config = &run->config;
    *config = run->settings->fit;
    config->allocator = defaults.allocator;
    config->threads = (unsigned) run->settings->reading.threads;
    config->loss = run->model.loss;
    config->weights = run->weights.rows > 0 ? &run->weights : NULL;
    config->sampling_weights = run->sampling.rows > 0 ? &run->sampling : NULL;
    config->x_val = held_out ? &run->x_val : NULL;
    config->y_val = held_out ? &run->y_val : NULL;
    config->weights_val = held_out && run->weights_val.rows > 0 ? &run->weights_val : NULL;
    config->top_k = config->top_k > 0 ? config->top_k : defaults.top_k;
    LNT_TRY(check_monitor(run, error));
    return rows->streamed != NULL ? resolve_source(run, error) : LNT_OK;
}

lnt_status lnt_cli_training_run_prepare(lnt_cli_training_run *run, bool classify, lnt_error *error)
{
    const bool known = run->model.net != NULL;
    LNT_TRY(resolve_loss(run, error));
    LNT_TRY(scale_rows(run, known, error));
    const size_t outputs = count_outputs(run);
    if (!known) {
        LNT_TRY(lnt_cli_net_build(&run->model.net, run->settings, run->rows.x.cols, outputs,
                                  run->rows.n_train, error));
    } else if (lnt_net_outputs(run->model.net) != outputs) {
        return lnt_fail(error, LNT_ERR_SHAPE,
                        "option --from: expected a model with %zu output%s for %s, found %zu",
                        outputs, lnt_cli_plural(outputs),
                        classify ? "these classes" : "these targets",
                        lnt_net_outputs(run->model.net));
    }
    LNT_TRY(lnt_cli_optim_pick(run->settings, run->model.net, &run->model.loss, run->rows.n_train,
                               error));
    LNT_TRY(resolve_validation(run, error));
    return resolve_config(run, error);
}

/* Once: where the run goes on, and that checkpoints fail, until one does not. */
static void log_events(lnt_cli_training_run *run, const lnt_fit_progress *now)
{
    if (now->resumed && !run->resume_logged) {
        lnt_cli_log("resuming from the checkpoint at epoch %zu, after %zu steps", now->epoch,
                    now->resumed_steps);
        run->resume_logged = true;
    }
    const bool failed = now->checkpoint_error != NULL;
    if (failed && !run->failure_logged) {
        lnt_cli_warn("%s; training continues", now->checkpoint_error->message);
    }
    run->failure_logged = failed;
}

/* Adds to a sentence what the command has to say. */
static lnt_status fail_with(lnt_error *error, lnt_status status, const char *more)
{
    const lnt_error why = *error;
    return lnt_fail(error, status, "%s%s", why.message, more);
}

static bool go_on(const lnt_fit_progress *now, void *context)
{
    lnt_cli_training_run *run = context;
    log_events(run, now);
    lnt_cli_progress_update(&run->progress, now);
    return !lnt_cli_interrupted();
}

lnt_status lnt_cli_training_run_fit(lnt_cli_training_run *run, bool shown, lnt_error *error)
{
    const lnt_cli_when when = (lnt_cli_when) run->settings->progress;
    const bool silent = !shown || run->settings->quiet;
    run->config.callback = go_on;
    run->config.callback_context = run;
    lnt_cli_interrupt_watch();
    lnt_cli_interrupt_ignore_pipe();
    lnt_cli_progress_begin(&run->progress, silent ? LNT_CLI_NEVER : when, run->x.rows);
    const lnt_status status =
        run->rows.streamed != NULL
            ? lnt_fit_source(run->model.net, &run->source, &run->config, &run->result, error)
            : lnt_fit(run->model.net, &run->x, &run->y, &run->config, &run->result, error);
    lnt_cli_progress_end(&run->progress);
    if (run->result.skipped_checkpoint.status != LNT_OK) {
        lnt_cli_warn("%s; the previous checkpoint was used",
                     run->result.skipped_checkpoint.message);
    }
    if (run->result.different_build) {
        lnt_cli_warn("the checkpoint was written by another version of linnet or on another type "
                     "of processor: results may differ in rounding");
    }
    const bool keeps = run->config.checkpoint.directory != NULL;
    if (keeps && status == LNT_ERR_EXISTS) {
        return fail_with(error, status, "; --resume continues from the newest");
    }
    if (keeps && status == LNT_ERR_MISMATCH) {
        return fail_with(error, status, "; --resume-allow-changes continues anyway");
    }
    if (status == LNT_ERR_NONFINITE) {
        char why[LNT_ERROR_LENGTH];
        memcpy(why, error->message, sizeof why);
        return lnt_fail(error, status, "%s; nothing is saved; try an --lr below %g", why,
                        run->config.optim.learning_rate);
    }
    return status;
}

lnt_status lnt_cli_training_run_evaluation_rows(lnt_cli_training_run *run,
                                                lnt_cli_evaluation_rows *evaluation)
{
    evaluation->held_out = run->x_val.rows > 0;
    evaluation->x = evaluation->held_out ? run->x_val : run->x;
    evaluation->y = evaluation->held_out ? run->y_val : run->y;
    return run->model.target_scaler == NULL
               ? LNT_OK
               : lnt_scaler_inverse_transform(run->model.target_scaler, &evaluation->y,
                                              &evaluation->y);
}
