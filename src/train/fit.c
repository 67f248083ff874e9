/* SPDX-License-Identifier: MIT */
#include "train/mean.h"

#include <linnet/random.h>
#include <linnet/train.h>
#include <math.h>
#include <time.h>

/* Everything a run needs; made before the first step, so that the loop allocates nothing. */
typedef struct run {
    lnt_net *net;
    const lnt_tensor *x;
    const lnt_tensor *y;
    const lnt_fit_config *config;
    lnt_fit_result *result;
    lnt_error *error;

    lnt_pass *pass;
    lnt_optim *optim;
    size_t *order;  /* [rows]; NULL unless shuffled */
    void *x_memory; /* a gathered batch; NULL unless shuffled */
    void *y_memory;
    void *kept; /* parameters whose loss was finite */
    bool has_kept;
    size_t batches;
    lnt_mean mean; /* of the epoch at hand */
    lnt_fit_progress progress;
} run;

lnt_fit_config lnt_fit_defaults(void)
{
    return (lnt_fit_config){.epochs = 100,
                            .batch_rows = 32,
                            .shuffle = true,
                            .loss = lnt_mse(LNT_MEAN),
                            .optim = lnt_optim_defaults(),
                            .schedule = {.kind = LNT_SCHEDULE_CONSTANT},
                            .top_k = 3};
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

/* Labels are looked at before the first step, so that none is found when the net has changed. */
static lnt_status check_labels(const run *r, const char *name, const lnt_tensor *y)
{
    const double classes = (double) lnt_net_outputs(r->net);
    for (size_t i = 0; i < y->rows; i++) {
        const double label = lnt_get(y, i, 0);
        if (!(label >= 0 && label < classes) || label != floor(label)) {
            return lnt_fail(r->error, LNT_ERR_INVALID,
                            "%s targets, row %zu: expected a class from 0 to %.0f, found %g", name,
                            i + 1, classes - 1, label);
        }
    }
    return LNT_OK;
}

/* Shapes and dtypes of one data set, by evaluating the loss on none of its rows. */
static lnt_status check_data(const run *r, const char *name, const lnt_tensor *x,
                             const lnt_tensor *y)
{
    const lnt_dtype dtype = lnt_net_dtype(r->net);
    const size_t inputs = lnt_net_inputs(r->net), outputs = lnt_net_outputs(r->net);
    if (x->dtype != dtype) {
        return lnt_fail(r->error, LNT_ERR_DTYPE, "%s inputs are %s, the net is %s", name,
                        lnt_dtype_name(x->dtype), lnt_dtype_name(dtype));
    }
    if (x->cols != inputs) {
        return lnt_fail(r->error, LNT_ERR_SHAPE, "%s inputs have %zu columns, the net expects %zu",
                        name, x->cols, inputs);
    }
    if (x->rows == 0 || x->rows != y->rows) {
        return lnt_fail(r->error, LNT_ERR_SHAPE,
                        "%s inputs have %zu rows and targets %zu; expected equal and at least 1",
                        name, x->rows, y->rows);
    }
    if (x->data == NULL || y->data == NULL) {
        return lnt_fail(r->error, LNT_ERR_NULL, "%s data is NULL", name);
    }
    lnt_tensor no_rows = *y;
    no_rows.rows = 0;
    const lnt_tensor no_output = lnt_tensor_of(dtype, NULL, 0, outputs);
    double value;
    const lnt_status status =
        lnt_loss_evaluate(&r->config->loss, &no_output, &no_rows, NULL, &value, NULL);
    if (status != LNT_OK) {
        return lnt_fail(r->error, status,
                        "%s targets [%zu, %zu] of %s do not fit the loss and %zu outputs of %s: %s",
                        name, y->rows, y->cols, lnt_dtype_name(y->dtype), outputs,
                        lnt_dtype_name(dtype), lnt_status_text(status));
    }
    const bool labels = lnt_loss_is_classification(r->config->loss.kind) && y->cols == 1;
    return labels ? check_labels(r, name, y) : LNT_OK;
}

static lnt_status check(const run *r)
{
    const lnt_fit_config *config = r->config;
    if (config->epochs == 0) {
        return lnt_fail(r->error, LNT_ERR_INVALID, "epochs is 0, expected at least 1");
    }
    if (config->batch_rows == 0) {
        return lnt_fail(r->error, LNT_ERR_INVALID, "batch_rows is 0, expected at least 1");
    }
    if ((config->x_val == NULL) != (config->y_val == NULL)) {
        return lnt_fail(r->error, LNT_ERR_NULL, "x_val and y_val: expected both or neither");
    }
    LNT_TRY(check_data(r, "training", r->x, r->y));
    return config->x_val != NULL ? check_data(r, "validation", config->x_val, config->y_val)
                                 : LNT_OK;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static lnt_status prepare(run *r)
{
    const lnt_allocator *allocator = r->config->allocator;
    const size_t rows = r->x->rows, batch = smaller(r->config->batch_rows, rows);
    const size_t size = lnt_dtype_size(lnt_net_dtype(r->net));
    lnt_pass_config pass = lnt_pass_defaults();
    pass.max_rows = batch;
    pass.allocator = allocator;
    lnt_optim_config optim = r->config->optim;
    optim.allocator = allocator;
    LNT_TRY(lnt_pass_create(&r->pass, r->net, &pass));
    LNT_TRY(lnt_optim_create(&r->optim, r->net, &optim));
    r->kept = lnt_allocate(allocator, lnt_net_n_parameters(r->net), size);
    if (r->kept == NULL) {
        return LNT_ERR_MEMORY;
    }
    if (r->config->shuffle) {
        r->order = lnt_allocate(allocator, rows, sizeof *r->order);
        r->x_memory = lnt_allocate(allocator, batch * r->x->cols, size);
        r->y_memory = lnt_allocate(allocator, batch * r->y->cols, lnt_dtype_size(r->y->dtype));
        if (r->order == NULL || r->x_memory == NULL || r->y_memory == NULL) {
            return LNT_ERR_MEMORY;
        }
    }
    r->batches = (rows + batch - 1) / batch;
    r->progress = (lnt_fit_progress){.epochs = r->config->epochs,
                                     .batches = r->batches,
                                     .batch_loss = NAN,
                                     .train_loss = NAN,
                                     .train_accuracy = NAN,
                                     .validation = lnt_scores_none()};
    return LNT_OK;
}

static void clean_up(run *r)
{
    const lnt_allocator *allocator = r->config->allocator;
    lnt_pass_destroy(r->pass);
    lnt_optim_destroy(r->optim);
    lnt_release(allocator, r->kept);
    lnt_release(allocator, r->order);
    lnt_release(allocator, r->x_memory);
    lnt_release(allocator, r->y_memory);
}

/* Rows [first, first + count) of the epoch's order: gathered, or views if it is the data's own. */
static lnt_status take_batch(const run *r, size_t first, size_t count, lnt_tensor *x, lnt_tensor *y)
{
    if (r->order == NULL) {
        LNT_TRY(lnt_slice_rows(r->x, first, count, 1, x));
        return lnt_slice_rows(r->y, first, count, 1, y);
    }
    *x = lnt_tensor_of(r->x->dtype, r->x_memory, count, r->x->cols);
    *y = lnt_tensor_of(r->y->dtype, r->y_memory, count, r->y->cols);
    LNT_TRY(lnt_gather_rows(r->x, r->order + first, x));
    return lnt_gather_rows(r->y, r->order + first, y);
}

static lnt_tensor kept_view(const run *r)
{
    return lnt_tensor_of(lnt_net_dtype(r->net), r->kept, 1, lnt_net_n_parameters(r->net));
}

/* Reports a value that is not finite, and goes back to parameters that were good. */
static lnt_status not_finite(run *r, const char *what, double value)
{
    r->result->bad_epoch = r->progress.epoch;
    r->result->bad_batch = r->progress.batch;
    if (r->has_kept) {
        const lnt_tensor kept = kept_view(r);
        lnt_tensor parameters = lnt_net_parameters(r->net);
        LNT_TRY(lnt_copy(&kept, &parameters));
    }
    /* printf would show the sign bit of a NaN, which means nothing */
    const char *text = isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
    return lnt_fail(r->error, LNT_ERR_NOT_FINITE, "epoch %zu, batch %zu of %zu: %s is %s",
                    r->progress.epoch, r->progress.batch, r->batches, what, text);
}

/* A loss may be finite where a parameter is not: a weight of -inf before a ReLU gives 0. */
static lnt_status check_parameters(run *r)
{
    const lnt_tensor parameters = lnt_net_parameters_read_only(r->net);
    bool finite;
    size_t place = 0;
    LNT_TRY(lnt_is_finite(&parameters, &finite, NULL, &place));
    return finite ? LNT_OK : not_finite(r, "a parameter", lnt_get(&parameters, 0, place));
}

static lnt_status keep(run *r)
{
    LNT_TRY(check_parameters(r));
    const lnt_tensor parameters = lnt_net_parameters_read_only(r->net);
    lnt_tensor kept = kept_view(r);
    r->has_kept = true;
    return lnt_copy(&parameters, &kept);
}

static lnt_status train_batch(run *r, size_t first, size_t count)
{
    lnt_tensor x, y, output;
    double loss;
    LNT_TRY(take_batch(r, first, count, &x, &y));
    LNT_TRY(lnt_pass_forward(r->pass, r->net, &x, &output));
    LNT_TRY(lnt_pass_backward(r->pass, r->net, &r->config->loss, &y, NULL, &loss));
    r->progress.batch_loss = loss;
    if (!isfinite(loss)) {
        return not_finite(r, "the loss", loss);
    }
    LNT_TRY(lnt_mean_add(&r->mean, &r->config->loss, loss, &output, &y));
    if (lnt_optim_steps(r->optim) % LNT_FIT_KEEP == 0) {
        LNT_TRY(keep(r));
    }
    LNT_TRY(lnt_optim_step(r->optim, r->net, r->pass));
    r->progress.rows += count;
    return LNT_OK;
}

static lnt_status validate(run *r)
{
    const lnt_tensor *x = r->config->x_val, *y = r->config->y_val;
    const size_t batch = lnt_pass_max_rows(r->pass);
    lnt_mean mean = {0};
    for (size_t first = 0; first < x->rows; first += batch) {
        const size_t count = smaller(batch, x->rows - first);
        lnt_tensor x_batch, y_batch, output;
        double loss;
        LNT_TRY(lnt_slice_rows(x, first, count, 1, &x_batch));
        LNT_TRY(lnt_slice_rows(y, first, count, 1, &y_batch));
        LNT_TRY(lnt_pass_forward(r->pass, r->net, &x_batch, &output));
        LNT_TRY(lnt_pass_loss(r->pass, &r->config->loss, &y_batch, NULL, &loss));
        LNT_TRY(lnt_mean_add(&mean, &r->config->loss, loss, &output, &y_batch));
    }
    r->progress.validation.value[LNT_METRIC_LOSS] = lnt_mean_loss(&mean, &r->config->loss);
    r->progress.validation.value[LNT_METRIC_ACCURACY] = lnt_mean_accuracy(&mean, &r->config->loss);
    return LNT_OK;
}

/* Whether the caller wants to go on. */
static bool tell(run *r, bool epoch_end)
{
    const lnt_loss *loss = &r->config->loss;
    r->progress.epoch_end = epoch_end;
    r->progress.train_loss = lnt_mean_loss(&r->mean, loss);
    r->progress.train_accuracy = lnt_mean_accuracy(&r->mean, loss);
    r->progress.learning_rate = lnt_optim_learning_rate(r->optim);
    const lnt_fit_callback callback = r->config->callback;
    return callback == NULL || callback(&r->progress, r->config->callback_context);
}

static void reorder(run *r)
{
    const size_t rows = r->x->rows;
    for (size_t i = 0; i < rows; i++) {
        r->order[i] = i;
    }
    const uint64_t stream = LNT_STREAM_SHUFFLE + ((uint64_t) r->progress.epoch << 8);
    lnt_random random = lnt_random_at(r->config->seed, stream);
    lnt_random_shuffle(&random, r->order, rows);
}

static lnt_status train_epoch(run *r)
{
    const size_t rows = r->x->rows, batch = lnt_pass_max_rows(r->pass);
    r->mean = (lnt_mean){0};
    r->progress.rows = 0;
    if (r->order != NULL) {
        reorder(r);
    }
    for (size_t b = 0; b < r->batches; b++) {
        r->progress.batch = b + 1;
        LNT_TRY(train_batch(r, b * batch, smaller(batch, rows - b * batch)));
        if (!tell(r, false)) {
            r->result->stopped = true;
            return check_parameters(r); /* no later loss would show what the last step did */
        }
    }
    LNT_TRY(check_parameters(r));
    if (r->config->x_val != NULL) {
        LNT_TRY(validate(r));
    }
    r->result->epochs++;
    r->result->stopped = !tell(r, true);
    return LNT_OK;
}

static lnt_status train(run *r)
{
    for (size_t epoch = 1; epoch <= r->config->epochs && !r->result->stopped; epoch++) {
        r->progress.epoch = epoch;
        const lnt_status status = train_epoch(r);
        if (status == LNT_ERR_NOT_FINITE) {
            return status;
        }
        if (status != LNT_OK) {
            return lnt_fail(r->error, status, "epoch %zu, batch %zu of %zu: %s", epoch,
                            r->progress.batch, r->batches, lnt_status_text(status));
        }
    }
    return LNT_OK;
}

static lnt_status run_all(run *r)
{
    const lnt_status status = prepare(r);
    if (status != LNT_OK) {
        return lnt_fail(r->error, status, "cannot prepare training: %s", lnt_status_text(status));
    }
    const double start = now();
    const lnt_status outcome = train(r);
    r->result->seconds = now() - start;
    return outcome;
}

lnt_status lnt_fit(lnt_net *net, const lnt_tensor *x, const lnt_tensor *y,
                   const lnt_fit_config *config, lnt_fit_result *result, lnt_error *error)
{
    if (net == NULL || x == NULL || y == NULL || config == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "net, x, y and config are required");
    }
    lnt_fit_result outcome = {.train_loss = NAN};
    run r = {.net = net, .x = x, .y = y, .config = config, .result = &outcome, .error = error};
    r.progress.train_loss = r.progress.train_accuracy = NAN;
    r.progress.validation = lnt_scores_none();
    LNT_TRY(check(&r));
    const lnt_status status = run_all(&r);
    outcome.steps = r.optim != NULL ? lnt_optim_steps(r.optim) : 0;
    outcome.train_loss = r.progress.train_loss;
    outcome.train_accuracy = r.progress.train_accuracy;
    outcome.validation = r.progress.validation;
    clean_up(&r);
    if (result != NULL) {
        *result = outcome;
    }
    return status;
}
