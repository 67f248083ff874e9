/* SPDX-License-Identifier: MIT */
#include "base/ignore_status.h"
#include "loss/loss.h"
#include "tensor/view/check.h"

#include <math.h>
#include <string.h>

/* --- checks --- */

static bool is_reduction(lnt_reduction reduction)
{
    return reduction == LNT_MEAN || reduction == LNT_SUM;
}

/* Not NaN either. */
static bool is_weight(double x)
{
    return x >= 0 && x < (double) INFINITY;
}

static lnt_status check_class_weights(const lnt_loss *loss, size_t outputs, lnt_error *error)
{
    const size_t expected = lnt_loss_weights_expected(loss->kind, outputs);
    if (loss->n_class_weights != expected) {
        return lnt_fail(error, LNT_ERR_SHAPE, "loss.n_class_weights is %zu, expected %zu",
                        loss->n_class_weights, expected);
    }
    for (size_t i = 0; i < loss->n_class_weights; i++) {
        if (!is_weight(loss->class_weights[i])) {
            return lnt_fail(error, LNT_ERR_INVALID,
                            "loss.class_weights[%zu] is %g, expected a finite number from 0", i,
                            loss->class_weights[i]);
        }
    }
    return LNT_OK;
}

lnt_status lnt_loss_check(const lnt_loss *loss, size_t outputs, lnt_error *error)
{
    if (loss == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "loss is NULL");
    }
    const lnt_loss_ops *ops = lnt_loss_ops_of(loss->kind);
    if (ops == NULL) {
        return lnt_fail(error, LNT_ERR_INVALID, "loss.kind is %d, expected one of lnt_loss_kind",
                        (int) loss->kind);
    }
    if (!is_reduction(loss->value_reduction) || !is_reduction(loss->gradient_reduction)) {
        const bool value = !is_reduction(loss->value_reduction);
        return lnt_fail(error, LNT_ERR_INVALID, "loss.%s is %d, expected one of lnt_reduction",
                        value ? "value_reduction" : "gradient_reduction",
                        (int) (value ? loss->value_reduction : loss->gradient_reduction));
    }
    if (ops->parameter.name != NULL) {
        LNT_TRY(lnt_fields_check(&ops->parameter, 1, loss, "loss.", error));
    }
    if (ops->classification && loss->class_weights != NULL) {
        return check_class_weights(loss, outputs, error);
    }
    return LNT_OK;
}

/* Whether the targets are one column of class labels. */
static bool has_labels(const lnt_loss_ops *ops, const lnt_tensor *target)
{
    return ops->form == LNT_LOSS_BY_CLASS && target->cols == 1;
}

/* Of any dtype; row `i`, first column. */
static const void *row_of(const lnt_tensor *t, size_t i)
{
    const ptrdiff_t size = lnt_loss_size(t->dtype);
    return (const char *) t->data + (ptrdiff_t) i * t->row_stride * size;
}

static double first_of(const lnt_tensor *t, size_t i)
{
    return lnt_loss_read(t->dtype, row_of(t, i));
}

static lnt_status check_labels(const lnt_tensor *target, size_t classes)
{
    for (size_t i = 0; i < target->rows; i++) {
        const double label = first_of(target, i);
        if (!(label >= 0 && label < (double) classes) || label != floor(label)) {
            return LNT_ERR_INVALID;
        }
    }
    return LNT_OK;
}

static lnt_status check_defined(const lnt_loss_ops *ops, const lnt_tensor *target)
{
    const ptrdiff_t step = target->col_stride * lnt_loss_size(target->dtype);
    for (size_t i = 0; i < target->rows; i++) {
        const char *place = row_of(target, i);
        for (size_t j = 0; j < target->cols; j++, place += step) {
            if (!ops->defined(lnt_loss_read(target->dtype, place))) {
                return LNT_ERR_INVALID;
            }
        }
    }
    return LNT_OK;
}

static lnt_status check_target(const lnt_loss *loss, const lnt_loss_ops *ops,
                               const lnt_tensor *output, const lnt_tensor *target)
{
    LNT_TRY(lnt_check(target));
    if (ops->form == LNT_LOSS_FREE) {
        return LNT_OK;
    }
    const bool labels = has_labels(ops, target);
    const size_t cols = lnt_loss_target_cols(loss->kind, output->cols);
    const bool no_fit = cols == 0 && output->cols > 0;
    if (target->rows != output->rows || no_fit || (!labels && target->cols != cols)) {
        return LNT_ERR_SHAPE;
    }
    const bool integers = target->dtype == LNT_I32 && (labels || ops->takes_integers);
    if (target->dtype != output->dtype && !integers) {
        return LNT_ERR_DTYPE;
    }
    if (labels) {
        return check_labels(target, output->cols);
    }
    return ops->defined != NULL ? check_defined(ops, target) : LNT_OK;
}

static lnt_status check_weights(const lnt_tensor *output, const lnt_tensor *weights)
{
    LNT_TRY(lnt_check_real(weights));
    if (weights->rows != output->rows || weights->cols != 1) {
        return LNT_ERR_SHAPE;
    }
    if (weights->dtype != output->dtype) {
        return LNT_ERR_DTYPE;
    }
    for (size_t i = 0; i < weights->rows; i++) {
        if (!is_weight(first_of(weights, i))) {
            return LNT_ERR_INVALID;
        }
    }
    return LNT_OK;
}

static lnt_status check_inputs(const lnt_loss *loss, const lnt_tensor *output,
                               const lnt_tensor *target, const lnt_tensor *weights)
{
    if (loss == NULL) {
        return LNT_ERR_NULL;
    }
    LNT_TRY(lnt_check_real(output));
    LNT_TRY(lnt_loss_check(loss, output->cols, NULL));
    LNT_TRY(check_target(loss, lnt_loss_ops_of(loss->kind), output, target));
    return weights != NULL ? check_weights(output, weights) : LNT_OK;
}

static lnt_status check_gradient(const lnt_tensor *output, const lnt_tensor *target,
                                 const lnt_tensor *weights, const lnt_tensor *gradient)
{
    LNT_TRY(lnt_check_map(output, gradient));
    LNT_TRY(lnt_check_apart(target, gradient, false));
    return weights != NULL ? lnt_check_apart(weights, gradient, false) : LNT_OK;
}

/* --- reductions --- */

/* What LNT_MEAN divides by. */
static double divisor_of(const lnt_loss *loss, const lnt_tensor *output, const lnt_tensor *target,
                         const lnt_tensor *weights)
{
    const lnt_loss_ops *ops = lnt_loss_ops_of(loss->kind);
    const bool by_rows = ops->form == LNT_LOSS_BY_CLASS || ops->form == LNT_LOSS_FREE;
    const bool by_class = loss->class_weights != NULL && has_labels(ops, target);
    double sum = by_class || weights != NULL ? 0 : (double) output->rows;
    for (size_t i = 0; (by_class || weights != NULL) && i < output->rows; i++) {
        const double weight = weights != NULL ? first_of(weights, i) : 1;
        sum += by_class ? weight * loss->class_weights[(size_t) first_of(target, i)] : weight;
    }
    return by_rows ? sum : sum * (double) target->cols;
}

/* What is divided by zero is zero. */
static double reduce(lnt_reduction reduction, double sum, double divisor)
{
    return reduction == LNT_SUM ? sum : divisor > 0 ? sum / divisor : 0;
}

/* A row that counts for nothing, whatever it holds. */
static void clear(const lnt_loss_row *row, lnt_dtype dtype)
{
    lnt_tensor gradient =
        lnt_tensor_strided(dtype, row->gradient, 1, row->cols, 0, row->gradient_step);
    lnt_ignore_status(lnt_fill(0, &gradient));
}

/* Whether the rows follow one another as the elements of one row do. */
static bool is_one_row(const lnt_tensor *t)
{
    return t->row_stride == (ptrdiff_t) t->cols * t->col_stride;
}

/* Rows that the loss does not tell apart, and that are one in memory, are evaluated as one. */
static bool can_be_one_row(const lnt_loss_ops *ops, const lnt_tensor *output,
                           const lnt_tensor *target, const lnt_tensor *weights,
                           const lnt_tensor *gradient)
{
    return ops->form == LNT_LOSS_BY_ELEMENT && weights == NULL && is_one_row(output) &&
           is_one_row(target) && (gradient == NULL || is_one_row(gradient));
}

/* The sum of all rows; sets the gradient, unless NULL. */
static double sum_rows(const lnt_loss *loss, const lnt_tensor *output, const lnt_tensor *target,
                       const lnt_tensor *weights, double divisor, const lnt_tensor *gradient)
{
    const lnt_loss_ops *ops = lnt_loss_ops_of(loss->kind);
    lnt_loss_kernel *kernel = ops->kernels[output->dtype == LNT_F64];
    lnt_loss_row row = {.cols = output->cols,
                        .output_step = output->col_stride,
                        .target_step = target->col_stride,
                        .target_dtype = target->dtype,
                        .label = has_labels(ops, target),
                        .gradient_step = gradient != NULL ? gradient->col_stride : 0,
                        .factor = reduce(loss->gradient_reduction, 1, divisor)};
    size_t rows = output->rows;
    if (can_be_one_row(ops, output, target, weights, gradient)) {
        row.cols *= rows;
        rows = 1;
    }
    double sum = 0;
    for (size_t i = 0; i < rows; i++) {
        row.output = row_of(output, i);
        row.target = row_of(target, i);
        row.gradient = gradient != NULL ? (void *) row_of(gradient, i) : NULL;
        if (weights == NULL) {
            sum += kernel(loss, &row);
            continue;
        }
        const double weight = first_of(weights, i);
        row.factor = reduce(loss->gradient_reduction, weight, divisor);
        if (weight > 0) {
            sum += weight * kernel(loss, &row);
        } else if (gradient != NULL) {
            clear(&row, gradient->dtype);
        }
    }
    return sum;
}

/* --- in parts --- */

lnt_status lnt_loss_begin(const lnt_loss *loss, const lnt_tensor *output, const lnt_tensor *target,
                          const lnt_tensor *weights, double *divisor)
{
    LNT_TRY(check_inputs(loss, output, target, weights));
    if (loss->kind == LNT_LOSS_CUSTOM) {
        return LNT_ERR_INVALID;
    }
    *divisor = divisor_of(loss, output, target, weights);
    return LNT_OK;
}

double lnt_loss_part(const lnt_loss *loss, const lnt_tensor *output, const lnt_tensor *target,
                     const lnt_tensor *weights, double divisor, const lnt_tensor *gradient)
{
    return sum_rows(loss, output, target, weights, divisor, gradient);
}

double lnt_loss_end(const lnt_loss *loss, double sum, double divisor)
{
    return reduce(loss->value_reduction, sum, divisor);
}

/* --- public --- */

lnt_status lnt_loss_evaluate(const lnt_loss *loss, const lnt_tensor *output,
                             const lnt_tensor *target, const lnt_tensor *weights, double *value,
                             lnt_tensor *gradient)
{
    LNT_TRY(check_inputs(loss, output, target, weights));
    if (value == NULL || (loss->kind == LNT_LOSS_CUSTOM && loss->function == NULL)) {
        return LNT_ERR_NULL;
    }
    if (gradient != NULL) {
        LNT_TRY(check_gradient(output, target, weights, gradient));
    }
    if (lnt_is_empty(output)) {
        *value = 0;
        return LNT_OK;
    }
    if (loss->kind == LNT_LOSS_CUSTOM) {
        double found = NAN;
        LNT_TRY(loss->function(output, target, weights, &found, gradient, loss->context));
        *value = found;
        return LNT_OK;
    }
    const double divisor = divisor_of(loss, output, target, weights);
    *value = reduce(loss->value_reduction,
                    sum_rows(loss, output, target, weights, divisor, gradient), divisor);
    return LNT_OK;
}

lnt_status lnt_loss_divisor(const lnt_loss *loss, const lnt_tensor *output,
                            const lnt_tensor *target, const lnt_tensor *weights, double *divisor)
{
    LNT_TRY(check_inputs(loss, output, target, weights));
    if (divisor == NULL) {
        return LNT_ERR_NULL;
    }
    *divisor = divisor_of(loss, output, target, weights);
    return LNT_OK;
}
