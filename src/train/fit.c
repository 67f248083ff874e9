/* SPDX-License-Identifier: MIT */
#include "train/checkpoint/run.h"
#include "train/fit_check.h"
#include "train/history.h"
#include "train/rows_check.h"

#include <math.h>
#include <time.h>

lnt_fit_config lnt_fit_defaults(void)
{
    return (lnt_fit_config){.epochs = 100,
                            .batch_rows = 32,
                            .shuffle = true,
                            .loss = lnt_mse(LNT_MEAN),
                            .optim = lnt_optim_of(LNT_ADAM),
                            .schedule = lnt_schedule_of(LNT_SCHEDULE_CONSTANT),
                            .sampling = LNT_SAMPLE_ALL,
                            .top_k = 3,
                            .monitor = LNT_METRIC_LOSS};
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

static bool validates(const lnt_run *r)
{
    return r->validation.pass != NULL;
}

/* --- preparation --- */

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
    LNT_TRY(lnt_split(rows, config->validation_fraction, labels ? train->y : NULL, config->seed,
                      r->parts, &train->count));
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

/* Where the rows are. */
typedef struct data {
    const lnt_tensor *x;
    const lnt_tensor *y;
    const lnt_row_source *source; /* in place of both */
} data;

/* `*held_out` may be left empty. */
static lnt_status prepare_feed(lnt_run *r, const data *d, lnt_rows *held_out)
{
    const lnt_fit_config *config = r->config;
    const size_t classes = lnt_loss_classes(config->loss.kind, lnt_net_outputs(r->net));
    lnt_rows train = {.x = d->x, .y = d->y, .weights = config->weights};
    train.count = d->source == NULL ? d->x->rows : 0;
    LNT_TRY(split(r, &train, held_out));
    return d->source == NULL ? lnt_feed_rows(&r->feed, config, &train, classes)
                             : lnt_feed_source(&r->feed, config, r->net, d->source);
}

static lnt_status prepare(lnt_run *r, const data *d)
{
    const lnt_fit_config *config = r->config;
    lnt_rows held_out;
    LNT_TRY(prepare_feed(r, d, &held_out));
    r->progress.batches = r->feed.batches;
    LNT_TRY(lnt_learner_init(&r->learner, r->net, config, r->feed.batch_rows, r->error));
    r->progress.pass = r->learner.pass;
    r->whole = lnt_feed_is_whole(&r->feed, config) && lnt_optim_looks_again(config->optim.kind);
    if (config->optim.kind == LNT_LM && config->optim.bayesian && !r->whole) {
        return lnt_fail(r->error, LNT_ERR_INVALID,
                        "optim.bayesian needs all rows in a step, without sampling, but batch_rows "
                        "is %zu, of %zu batches",
                        r->feed.batch_rows, r->feed.batches);
    }
    LNT_TRY(lnt_pace_init(&r->pace, config, periods(r), r->learner.optim, r->error));
    if (held_out.count > 0) {
        LNT_TRY(lnt_fit_check_monitor(r->net, config, held_out.count, r->error));
        LNT_TRY(lnt_validation_init(&r->validation, r->net, config, &held_out));
    }
    LNT_TRY(lnt_early_stop_init(&r->early_stop, config, held_out.count > 0, r->net));
    LNT_TRY(lnt_guard_init(&r->guard, r->net, config->allocator));
    if (config->history != NULL) {
        LNT_TRY(lnt_history_begin(config->history, r->net, config->epochs, r->error));
    }
    if (config->checkpoint.directory != NULL) {
        LNT_TRY(
            lnt_run_text_init(&r->text, r->net, config, &r->pace.schedule, d->x, d->y, d->source));
    }
    return lnt_saver_init(&r->saver, r);
}

static void clean_up(lnt_run *r)
{
    lnt_saver_finish(&r->saver);
    lnt_run_text_finish(&r->text);
    lnt_learner_finish(&r->learner);
    lnt_feed_finish(&r->feed);
    lnt_validation_finish(&r->validation);
    lnt_early_stop_finish(&r->early_stop);
    lnt_guard_finish(&r->guard);
    lnt_release(r->config->allocator, r->parts);
}

/* --- values that are not finite --- */

/* Records the place, and goes back to a net that was good. */
static lnt_status go_back(lnt_run *r)
{
    r->result->end = LNT_END_NOT_FINITE;
    r->result->bad_epoch = r->progress.epoch;
    r->result->bad_batch = r->progress.batch;
    r->progress.validation = lnt_scores_none();
    return lnt_guard_restore(&r->guard, r->net);
}

static lnt_status bad_loss(lnt_run *r, double loss)
{
    const size_t n_layers = lnt_net_n_layers(r->net);
    size_t *layer = &r->result->bad_layer;
    LNT_TRY(lnt_guard_find_layer(r->learner.pass, r->net, layer));
    LNT_TRY(go_back(r));
    if (*layer == n_layers) {
        return lnt_fail(r->error, LNT_ERR_NOT_FINITE,
                        "epoch %zu, batch %zu of %zu: the loss is %s; every layer's output is "
                        "finite, so look at the targets",
                        r->progress.epoch, r->progress.batch, r->progress.batches,
                        lnt_guard_text(loss));
    }
    return lnt_fail(r->error, LNT_ERR_NOT_FINITE,
                    "epoch %zu, batch %zu of %zu: the loss is %s; the first output that is not "
                    "finite is that of layers.%zu (%s)",
                    r->progress.epoch, r->progress.batch, r->progress.batches, lnt_guard_text(loss),
                    *layer, lnt_layer_name(lnt_net_layer(r->net, *layer)));
}

/* Something other than an output or the loss. */
static lnt_status bad_value(lnt_run *r, const char *what, double value)
{
    r->result->bad_layer = lnt_net_n_layers(r->net);
    LNT_TRY(go_back(r));
    return lnt_fail(r->error, LNT_ERR_NOT_FINITE, "epoch %zu, batch %zu of %zu: %s is %s",
                    r->progress.epoch, r->progress.batch, r->progress.batches, what,
                    lnt_guard_text(value));
}

/* No later loss would show what the last step of an epoch did. */
static lnt_status check_parameters(lnt_run *r)
{
    bool finite;
    double value;
    LNT_TRY(lnt_guard_look(r->net, &finite, &value));
    return finite ? LNT_OK : bad_value(r, "a parameter", value);
}

/* --- the loop --- */

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
    r->progress.steps = lnt_optim_steps(r->learner.optim);
    r->progress.seconds = r->before + (now() - r->start);
    r->progress.train_loss = lnt_epoch_mean_loss(&r->mean, loss);
    r->progress.train_accuracy = lnt_epoch_mean_accuracy(&r->mean, loss, lnt_net_outputs(r->net));
    r->progress.learning_rate = lnt_optim_learning_rate(r->learner.optim);
    r->progress.damping = lnt_optim_damping(r->learner.optim);
    r->progress.best_epoch = r->early_stop.best_epoch;
}

/* Tells the caller, who may want to stop. */
static void tell(lnt_run *r)
{
    const lnt_fit_config *config = r->config;
    if (config->callback != NULL && !config->callback(&r->progress, config->callback_context)) {
        r->result->stopped = true;
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
    return lnt_pass_evaluate(r->learner.pass, r->net, &batch->x, &r->config->loss, &batch->y,
                             lnt_batch_weights(batch), loss);
}

/* Whether the gradient of all the data is so small that the run ends here. */
static lnt_status is_flat(lnt_run *r, bool *flat)
{
    const double least = r->config->min_gradient;
    *flat = false;
    if (least > 0 && lnt_feed_is_whole(&r->feed, r->config)) {
        const lnt_tensor gradients = lnt_pass_gradients(r->learner.pass);
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
                                  .whole = r->whole};
    lnt_optim_outcome outcome;
    const lnt_status status =
        lnt_optim_step_on(r->learner.optim, r->net, r->learner.pass, &seen, &outcome);
    if (status == LNT_ERR_NOT_FINITE) {
        return bad_value(r, "the norm of the gradient", INFINITY);
    }
    LNT_TRY(status);
    r->evaluated = r->whole && outcome.evaluated;
    r->value = r->whole ? outcome.value : NAN;
    if (r->whole && outcome.stuck) {
        end(r, LNT_END_STUCK);
    }
    return LNT_OK;
}

static lnt_status train_batch(lnt_run *r)
{
    const lnt_fit_config *config = r->config;
    lnt_pass *pass = r->learner.pass;
    lnt_optim *optim = r->learner.optim;
    lnt_batch batch;
    lnt_tensor output;
    double loss;
    bool finite, flat;
    LNT_TRY(lnt_feed_take(&r->feed, r->progress.epoch, r->progress.batch - 1, &batch, &r->why));
    LNT_TRY(evaluate(r, &batch, &loss));
    LNT_TRY(lnt_pass_layer_output(pass, lnt_net_n_layers(r->net) - 1, &output));
    r->progress.batch_loss = loss;
    if (!isfinite(loss)) {
        return bad_loss(r, loss);
    }
    LNT_TRY(lnt_epoch_mean_add(&r->mean, &config->loss, loss, &output, &batch));
    LNT_TRY(lnt_guard_keep(&r->guard, r->net, &finite));
    if (!finite) {
        return check_parameters(r);
    }
    if (config->history != NULL && r->progress.batch == r->progress.batches) {
        LNT_TRY(lnt_history_note_gradients(config->history, pass));
    }
    const size_t period =
        r->pace.schedule.per_step ? lnt_optim_steps(optim) : r->progress.epoch - 1;
    LNT_TRY(lnt_pace_set(&r->pace, optim, period));
    r->progress.rows += batch.x.rows;
    LNT_TRY(is_flat(r, &flat));
    if (flat) {
        end(r, LNT_END_GRADIENT);
        return LNT_OK;
    }
    return step(r, &batch, loss);
}

/* Ends the run where a limit is reached, unless it ends here anyway. */
static void look_at_limits(lnt_run *r)
{
    const lnt_fit_config *config = r->config;
    if (r->progress.epoch == r->progress.epochs && r->progress.batch == r->progress.batches) {
        return;
    }
    if (config->max_steps > 0 && r->progress.steps >= config->max_steps) {
        end(r, LNT_END_STEPS);
    } else if (config->max_seconds > 0 && r->progress.seconds - r->before >= config->max_seconds) {
        end(r, LNT_END_SECONDS);
    } else if (lnt_saver_stops(&r->saver, r->progress.seconds)) {
        end(r, LNT_END_STOP);
    }
}

/* Exchanges parameters and average, if one is kept. */
static lnt_status swap_average(lnt_run *r)
{
    const bool has_average =
        r->config->optim.ema_decay > 0 && lnt_optim_steps(r->learner.optim) > 0;
    return has_average ? lnt_optim_swap_average(r->learner.optim, r->net) : LNT_OK;
}

/* Scores the net that the run would end with now: the average, if one is kept. */
static lnt_status validate(lnt_run *r)
{
    if (validates(r)) {
        LNT_TRY(lnt_validation_run(&r->validation, r->net, &r->progress.validation));
        r->validated_steps = lnt_optim_steps(r->learner.optim);
    }
    return LNT_OK;
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
    return r->config->goal > 0 && loss <= r->config->goal;
}

static lnt_status end_epoch(lnt_run *r)
{
    bool patience_ends = false;
    LNT_TRY(check_parameters(r));
    LNT_TRY(swap_average(r));
    LNT_TRY(validate(r));
    const double value = validates(r) ? r->progress.validation.value[r->config->monitor]
                                      : lnt_epoch_mean_loss(&r->mean, &r->config->loss);
    LNT_TRY(lnt_early_stop_update(&r->early_stop, r->progress.epoch, value, &r->progress.validation,
                                  r->net, &patience_ends));
    LNT_TRY(swap_average(r));
    lnt_pace_watch(&r->pace, r->progress.epoch - 1, plateau_value(r, value));
    r->epochs_done++;
    r->epoch_complete = true;
    if (reaches_goal(r) && !r->ended) {
        end(r, LNT_END_GOAL);
    } else if (patience_ends && !r->ended) {
        end(r, LNT_END_PATIENCE);
    }
    advance(r, true);
    if (r->config->history != NULL) {
        LNT_TRY(lnt_history_add(r->config->history, r->net, &r->progress));
    }
    tell(r);
    lnt_saver_look(&r->saver, r);
    return LNT_OK;
}

static lnt_status train_epoch(lnt_run *r)
{
    for (size_t b = r->progress.batch; b < r->progress.batches && !r->ended; b++) {
        r->progress.batch = b + 1;
        LNT_TRY(train_batch(r));
        advance(r, false);
        tell(r);
        if (!r->ended) {
            look_at_limits(r);
        }
        lnt_saver_look(&r->saver, r);
    }
    const bool complete = r->progress.batch == r->progress.batches && !r->result->stopped;
    return complete ? end_epoch(r) : check_parameters(r);
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

static lnt_status train(lnt_run *r)
{
    if (r->progress.resumed) {
        r->progress.steps = lnt_optim_steps(r->learner.optim);
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
        const lnt_status status = train_epoch(r);
        if (status == LNT_ERR_NOT_FINITE) {
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

/* Leaves the net as the settings ask: the best one, or the average, or the last. */
static lnt_status settle(lnt_run *r)
{
    const lnt_early_stop *stop = &r->early_stop;
    if (r->config->restore_best && stop->best_epoch > 0) {
        r->progress.validation = stop->best_scores;
        return lnt_early_stop_restore(stop, r->net);
    }
    LNT_TRY(swap_average(r));
    const bool moved = lnt_optim_steps(r->learner.optim) != r->validated_steps;
    return moved ? validate(r) : LNT_OK;
}

static lnt_status run_all(lnt_run *r, const data *d)
{
    lnt_error why = {.status = LNT_OK};
    lnt_error *const error = r->error;
    r->error = &why;
    const lnt_status status = prepare(r, d);
    r->error = error;
    if (status != LNT_OK) {
        return lnt_fail(error, status, "cannot prepare training: %s",
                        why.status != LNT_OK ? why.message : lnt_status_text(status));
    }
    r->start = now();
    LNT_TRY(lnt_pass_stay_awake(r->learner.pass, true));
    LNT_TRY(train(r));
    LNT_TRY(lnt_pass_stay_awake(r->learner.pass, false));
    const lnt_status saved = lnt_saver_end(&r->saver, r);
    r->result->unsaved = saved != LNT_OK;
    const lnt_status outcome = settle(r);
    return outcome == LNT_OK
               ? saved
               : lnt_fail(error, outcome, "after the last epoch: %s", lnt_status_text(outcome));
}

static void report(const lnt_run *r)
{
    lnt_fit_result *result = r->result;
    result->steps = r->learner.optim != NULL ? lnt_optim_steps(r->learner.optim) : 0;
    result->epochs = r->epochs_done;
    result->seconds = r->start > 0 ? r->before + (now() - r->start) : 0;
    result->train_loss = isnan(r->value) ? r->progress.train_loss : r->value;
    result->train_accuracy = r->progress.train_accuracy;
    result->validation = r->progress.validation;
    result->best_epoch = r->early_stop.best_epoch;
    result->best_value = r->early_stop.best_epoch > 0 ? r->early_stop.best : NAN;
}

static lnt_status fit(lnt_net *net, const data *d, const lnt_fit_config *config,
                      lnt_fit_result *result, lnt_error *error)
{
    lnt_fit_result outcome = {.end = LNT_END_EPOCHS};
    lnt_run r = {.net = net, .config = config, .result = &outcome, .error = error, .value = NAN};
    r.progress = (lnt_fit_progress){.epochs = config->epochs,
                                    .batch_loss = NAN,
                                    .damping = NAN,
                                    .train_loss = NAN,
                                    .train_accuracy = NAN,
                                    .validation = lnt_scores_none(),
                                    .net = net};
    const lnt_status status = run_all(&r, d);
    report(&r);
    clean_up(&r);
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
    const data d = {.x = x, .y = y};
    return fit(net, &d, config, result, error);
}

lnt_status lnt_fit_source(lnt_net *net, const lnt_row_source *source, const lnt_fit_config *config,
                          lnt_fit_result *result, lnt_error *error)
{
    if (net == NULL || source == NULL || config == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "net, source and config are required");
    }
    LNT_TRY(lnt_fit_check_source(net, source, config, error));
    const data d = {.source = source};
    return fit(net, &d, config, result, error);
}
