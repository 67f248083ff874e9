/* SPDX-License-Identifier: MIT */
#include "train/metrics/class_of.h"

#include <math.h>

#define TEMPLATE "train/metrics/accuracy.inc"
#include "base/precision/both.inc"

size_t lnt_class_predicted(const lnt_tensor *output, size_t i)
{
    if (output->cols == 1) {
        const double logit = lnt_tensor_get(output, i, 0);
        return isnan(logit) ? LNT_NO_CLASS : logit > 0;
    }
    if (output->dtype == LNT_F32) {
        return largest_f32(lnt_tensor_ptr(output, i, 0), output->col_stride, output->cols);
    }
    if (output->dtype == LNT_F64) {
        return largest_f64(lnt_tensor_ptr(output, i, 0), output->col_stride, output->cols);
    }
    size_t best = 0;
    for (size_t j = 0; j < output->cols; j++) {
        best = lnt_tensor_get(output, i, j) > lnt_tensor_get(output, i, best) ? j : best;
    }
    return best;
}

size_t lnt_class_true(const lnt_tensor *target, size_t i, size_t classes)
{
    if (target->cols > 1) {
        const size_t largest = lnt_class_predicted(target, i);
        return largest < classes ? largest : LNT_NO_CLASS;
    }
    const double label = lnt_tensor_get(target, i, 0);
    if (classes == 2 && label > 0 && label < 1) {
        return label > 0.5; /* a probability, as binary cross-entropy takes it */
    }
    return label >= 0 && label < (double) classes && label == floor(label) ? (size_t) label
                                                                           : LNT_NO_CLASS;
}

lnt_status lnt_accuracy(const lnt_tensor *output, const lnt_tensor *target, double *value)
{
    if (output == NULL || target == NULL || value == NULL) {
        return LNT_ERR_NULL;
    }
    if (output->rows != target->rows || output->cols == 0 ||
        (target->cols != 1 && target->cols != output->cols)) {
        return LNT_ERR_SHAPE;
    }
    const size_t classes = output->cols == 1 ? 2 : output->cols;
    size_t correct = 0;
    for (size_t i = 0; i < output->rows; i++) {
        const size_t expected = lnt_class_true(target, i, classes);
        if (expected == LNT_NO_CLASS) {
            return LNT_ERR_INVALID;
        }
        correct += lnt_class_predicted(output, i) == expected;
    }
    *value = output->rows > 0 ? (double) correct / (double) output->rows : NAN;
    return LNT_OK;
}
