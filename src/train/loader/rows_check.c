/* SPDX-License-Identifier: MIT */
#include "train/loader/rows_check.h"

#include <math.h>

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
        if (!is_label(lnt_tensor_get(y, i, 0), classes)) {
            return false;
        }
    }
    return true;
}

/* Labels are checked before the first step, so that an invalid label is not found after the net has
 * changed. */
static lnt_status check_labels(const lnt_named_rows *p, size_t classes, lnt_error *error)
{
    for (size_t i = 0; i < p->y->rows; i++) {
        const double label = lnt_tensor_get(p->y, i, 0);
        if (!is_label(label, classes)) {
            return lnt_fail(error, LNT_ERR_INVALID,
                            "%s targets, row %zu: expected a class from 0 to %zu, found %g",
                            p->name, p->first + i + 1, classes - 1, label);
        }
    }
    return LNT_OK;
}

static lnt_status check_probabilities(const lnt_named_rows *p, lnt_error *error)
{
    for (size_t i = 0; i < p->y->rows; i++) {
        for (size_t j = 0; j < p->y->cols; j++) {
            const double probability = lnt_tensor_get(p->y, i, j);
            if (probability < 0 || probability > 1) {
                return lnt_fail(error, LNT_ERR_INVALID,
                                "%s targets, row %zu: expected numbers from 0 to 1, found %g",
                                p->name, p->first + i + 1, probability);
            }
        }
    }
    return LNT_OK;
}

lnt_status lnt_rows_check_weights(const char *name, const lnt_tensor *weights, size_t rows,
                                  size_t first, bool whole, lnt_error *error)
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
        const double weight = lnt_tensor_get(weights, i, 0);
        if (!(weight >= 0 && isfinite(weight))) {
            return lnt_fail(error, LNT_ERR_INVALID,
                            "%s, row %zu: expected a finite number from 0, found %g", name,
                            first + i + 1, weight);
        }
        sum += weight;
    }
    if (whole && !(sum > 0 && isfinite(sum))) {
        return lnt_fail(error, LNT_ERR_INVALID, "%s: the sum is %g, expected it finite and above 0",
                        name, sum);
    }
    return LNT_OK;
}

static lnt_status check_inputs(const lnt_named_rows *p, const lnt_net *net, lnt_error *error)
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

/* Checks shape and dtype of the targets by evaluating the loss on none of their rows; then their
 * values. */
lnt_status lnt_rows_check_targets(const lnt_named_rows *p, const lnt_net *net, const lnt_loss *loss,
                                  lnt_error *error)
{
    const lnt_dtype dtype = lnt_net_dtype(net);
    const size_t outputs = lnt_net_outputs(net);
    LNT_TRY(lnt_loss_check(loss, outputs, error));
    lnt_tensor no_rows = *p->y;
    no_rows.rows = 0;
    const lnt_tensor no_output = lnt_tensor_view(dtype, NULL, 0, outputs);
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
    return loss->kind == LNT_LOSS_BINARY_CROSS_ENTROPY ? check_probabilities(p, error) : LNT_OK;
}

lnt_status lnt_rows_check(const lnt_named_rows *p, const lnt_net *net, const lnt_loss *loss,
                          lnt_error *error)
{
    LNT_TRY(check_inputs(p, net, error));
    LNT_TRY(lnt_rows_check_targets(p, net, loss, error));
    if (p->weights == NULL) {
        return LNT_OK;
    }
    if (p->weights->dtype != lnt_net_dtype(net)) {
        return lnt_fail(error, LNT_ERR_DTYPE, "%s is %s, the net is %s", p->weights_name,
                        lnt_dtype_name(p->weights->dtype), lnt_dtype_name(lnt_net_dtype(net)));
    }
    return lnt_rows_check_weights(p->weights_name, p->weights, p->x->rows, p->first, true, error);
}
