/* SPDX-License-Identifier: MIT */
#include "train/fit_check.h"

#include <math.h>

/* A data set under its name in sentences. */
typedef struct part {
    const char *name;
    const lnt_tensor *x;
    const lnt_tensor *y;
    const lnt_tensor *weights;
} part;

static bool is_label(double value, size_t classes)
{
    return value >= 0 && value < (double) classes && value == floor(value);
}

bool lnt_fit_has_labels(const lnt_loss *loss, size_t outputs, const lnt_tensor *y)
{
    const size_t classes = lnt_loss_classes(loss->kind, outputs);
    if (classes == 0 || y->cols != 1) {
        return false;
    }
    for (size_t i = 0; i < y->rows; i++) {
        if (!is_label(lnt_get(y, i, 0), classes)) {
            return false;
        }
    }
    return true;
}

/* Labels are looked at before the first step, so that none is found when the net has changed. */
static lnt_status check_labels(const part *p, size_t classes, lnt_error *error)
{
    for (size_t i = 0; i < p->y->rows; i++) {
        const double label = lnt_get(p->y, i, 0);
        if (!is_label(label, classes)) {
            return lnt_fail(error, LNT_ERR_INVALID,
                            "%s targets, row %zu: expected a class from 0 to %zu, found %g",
                            p->name, i + 1, classes - 1, label);
        }
    }
    return LNT_OK;
}

static lnt_status check_shares(const part *p, lnt_error *error)
{
    for (size_t i = 0; i < p->y->rows; i++) {
        for (size_t j = 0; j < p->y->cols; j++) {
            const double share = lnt_get(p->y, i, j);
            if (share < 0 || share > 1) {
                return lnt_fail(error, LNT_ERR_INVALID,
                                "%s targets, row %zu: expected numbers from 0 to 1, found %g",
                                p->name, i + 1, share);
            }
        }
    }
    return LNT_OK;
}

/* One number a row, each finite and ≥ 0, not all 0. */
static lnt_status check_weights(const char *name, const lnt_tensor *weights, size_t rows,
                                lnt_error *error)
{
    if (weights->data == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "%s: the data is NULL", name);
    }
    if (weights->rows != rows || weights->cols != 1) {
        return lnt_fail(error, LNT_ERR_SHAPE, "%s is [%zu, %zu], expected [%zu, 1]", name,
                        weights->rows, weights->cols, rows);
    }
    double sum = 0;
    for (size_t i = 0; i < rows; i++) {
        const double weight = lnt_get(weights, i, 0);
        if (!(weight >= 0 && isfinite(weight))) {
            return lnt_fail(error, LNT_ERR_INVALID,
                            "%s, row %zu: expected a finite number from 0, found %g", name, i + 1,
                            weight);
        }
        sum += weight;
    }
    if (!(sum > 0 && isfinite(sum))) {
        return lnt_fail(error, LNT_ERR_INVALID, "%s: the sum is %g, expected it finite and above 0",
                        name, sum);
    }
    return LNT_OK;
}

static lnt_status check_inputs(const part *p, const lnt_net *net, lnt_error *error)
{
    const lnt_dtype dtype = lnt_net_dtype(net);
    const size_t inputs = lnt_net_inputs(net);
    if (p->x->dtype != dtype) {
        return lnt_fail(error, LNT_ERR_DTYPE, "%s inputs are %s, the net is %s", p->name,
                        lnt_dtype_name(p->x->dtype), lnt_dtype_name(dtype));
    }
    if (p->x->cols != inputs) {
        return lnt_fail(error, LNT_ERR_SHAPE, "%s inputs have %zu columns, the net expects %zu",
                        p->name, p->x->cols, inputs);
    }
    if (p->x->rows == 0 || p->x->rows != p->y->rows) {
        return lnt_fail(error, LNT_ERR_SHAPE,
                        "%s inputs have %zu rows and targets %zu; expected equal and at least 1",
                        p->name, p->x->rows, p->y->rows);
    }
    if (p->x->data == NULL || p->y->data == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "%s data is NULL", p->name);
    }
    return LNT_OK;
}

/* Shape and dtype of the targets, by evaluating the loss on none of their rows; then their values.
 */
static lnt_status check_targets(const part *p, const lnt_net *net, const lnt_loss *loss,
                                lnt_error *error)
{
    const lnt_dtype dtype = lnt_net_dtype(net);
    const size_t outputs = lnt_net_outputs(net);
    lnt_tensor no_rows = *p->y;
    no_rows.rows = 0;
    const lnt_tensor no_output = lnt_tensor_of(dtype, NULL, 0, outputs);
    double value;
    const lnt_status status = lnt_loss_evaluate(loss, &no_output, &no_rows, NULL, &value, NULL);
    if (status != LNT_OK) {
        return lnt_fail(error, status,
                        "%s targets [%zu, %zu] of %s do not fit the loss and %zu outputs of %s: %s",
                        p->name, p->y->rows, p->y->cols, lnt_dtype_name(p->y->dtype), outputs,
                        lnt_dtype_name(dtype), lnt_status_text(status));
    }
    if (loss->kind == LNT_LOSS_SOFTMAX_CROSS_ENTROPY && p->y->cols == 1) {
        return check_labels(p, outputs, error);
    }
    return loss->kind == LNT_LOSS_BINARY_CROSS_ENTROPY ? check_shares(p, error) : LNT_OK;
}

static lnt_status check_part(const part *p, const lnt_net *net, const lnt_loss *loss,
                             const char *weights_name, lnt_error *error)
{
    LNT_TRY(check_inputs(p, net, error));
    LNT_TRY(check_targets(p, net, loss, error));
    if (p->weights == NULL) {
        return LNT_OK;
    }
    if (p->weights->dtype != lnt_net_dtype(net)) {
        return lnt_fail(error, LNT_ERR_DTYPE, "%s is %s, the net is %s", weights_name,
                        lnt_dtype_name(p->weights->dtype), lnt_dtype_name(lnt_net_dtype(net)));
    }
    return check_weights(weights_name, p->weights, p->x->rows, error);
}

static lnt_status check_sampling(const lnt_net *net, const lnt_tensor *y,
                                 const lnt_fit_config *config, lnt_error *error)
{
    const lnt_tensor *weights = config->sampling_weights;
    switch (config->sampling) {
    case LNT_SAMPLE_ALL:
        return LNT_OK;
    case LNT_SAMPLE_BALANCED:
        return lnt_fit_has_labels(&config->loss, lnt_net_outputs(net), y)
                   ? LNT_OK
                   : lnt_fail(error, LNT_ERR_INVALID,
                              "sampling is balanced, which needs targets of one column of labels");
    case LNT_SAMPLE_WEIGHTED:
        if (weights == NULL) {
            return lnt_fail(error, LNT_ERR_NULL, "sampling is weighted, sampling_weights is NULL");
        }
        if (weights->dtype != LNT_F32 && weights->dtype != LNT_F64) {
            return lnt_fail(error, LNT_ERR_DTYPE, "sampling_weights is %s, expected f32 or f64",
                            lnt_dtype_name(weights->dtype));
        }
        return check_weights("sampling_weights", weights, y->rows, error);
    }
    return lnt_fail(error, LNT_ERR_INVALID, "sampling is %d, expected one of lnt_sampling",
                    (int) config->sampling);
}

static lnt_status check_numbers(const lnt_fit_config *config, lnt_error *error)
{
    const struct {
        const char *name;
        double value;
        bool good;
        const char *expected;
    } numbers[] = {
        {"epochs", (double) config->epochs, config->epochs > 0, "at least 1"},
        {"batch_rows", (double) config->batch_rows, config->batch_rows > 0, "at least 1"},
        {"top_k", (double) config->top_k, config->top_k > 0, "at least 1"},
        {"validation_fraction", config->validation_fraction,
         config->validation_fraction >= 0 && config->validation_fraction < 1, "a number in [0, 1)"},
        {"min_delta", config->min_delta, config->min_delta >= 0 && isfinite(config->min_delta),
         "a finite number from 0"},
        {"max_seconds", config->max_seconds, config->max_seconds >= 0, "a number from 0"},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (!numbers[i].good) {
            return lnt_fail(error, LNT_ERR_INVALID, "%s is %g, expected %s", numbers[i].name,
                            numbers[i].value, numbers[i].expected);
        }
    }
    return LNT_OK;
}

static lnt_status check_validation(const lnt_net *net, const lnt_fit_config *config,
                                   lnt_error *error)
{
    if ((config->x_val == NULL) != (config->y_val == NULL)) {
        return lnt_fail(error, LNT_ERR_NULL, "x_val and y_val: expected both or neither");
    }
    if (config->x_val == NULL && config->weights_val != NULL) {
        return lnt_fail(error, LNT_ERR_INVALID, "weights_val is set, x_val is not");
    }
    if (config->x_val != NULL) {
        const part p = {"validation", config->x_val, config->y_val, config->weights_val};
        LNT_TRY(check_part(&p, net, &config->loss, "weights_val", error));
    } else if (config->validation_fraction == 0) {
        return config->restore_best ? lnt_fail(error, LNT_ERR_INVALID,
                                               "restore_best is set, which needs validation rows")
                                    : LNT_OK;
    }
    const size_t outputs = lnt_net_outputs(net);
    const char *name = lnt_metric_name(config->monitor);
    if (name == NULL) {
        return lnt_fail(error, LNT_ERR_INVALID, "monitor is %d, expected one of lnt_metric",
                        (int) config->monitor);
    }
    if (!lnt_metric_applies(config->monitor, config->loss.kind, outputs)) {
        return lnt_fail(error, LNT_ERR_INVALID,
                        "monitor is %s, which does not apply to %s with %zu outputs", name,
                        lnt_loss_name(config->loss.kind), outputs);
    }
    return LNT_OK;
}

lnt_status lnt_fit_check(const lnt_net *net, const lnt_tensor *x, const lnt_tensor *y,
                         const lnt_fit_config *config, lnt_error *error)
{
    LNT_TRY(check_numbers(config, error));
    const part p = {"training", x, y, config->weights};
    LNT_TRY(check_part(&p, net, &config->loss, "weights", error));
    LNT_TRY(check_sampling(net, y, config, error));
    return check_validation(net, config, error);
}
