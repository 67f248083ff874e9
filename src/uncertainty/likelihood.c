/* SPDX-License-Identifier: MIT */
#include "uncertainty/likelihood.h"

#include <math.h>

double lnt_laplace_weight(const lnt_laplace_data *data, size_t row)
{
    return data->weights.data != NULL ? lnt_tensor_get(&data->weights, row, 0) : 1;
}

static double number(const lnt_tensor *t, size_t i, size_t j)
{
    return t->dtype == LNT_I32 ? (double) *(const int32_t *) lnt_tensor_ptr(t, i, j)
                               : lnt_tensor_get(t, i, j);
}

static double class_weight(const lnt_loss *loss, size_t j)
{
    return loss->class_weights != NULL ? loss->class_weights[j] : 1;
}

/* Σ_j c_j·y_j of the smoothed target. */
static double softmax_mass(const lnt_laplace_data *data, size_t i)
{
    const lnt_loss *loss = data->loss;
    const size_t classes = data->output.cols;
    const double keep = 1 - loss->label_smoothing;
    const double even = loss->label_smoothing / (double) classes;
    const bool label = data->target.cols == 1;
    double mass = 0;
    for (size_t j = 0; j < classes; j++) {
        const double y =
            label ? number(&data->target, i, 0) == (double) j : number(&data->target, i, j);
        mass += class_weight(loss, j) * (keep * y + even);
    }
    return mass;
}

static double binary_mass(const lnt_laplace_data *data, size_t i, size_t k)
{
    const lnt_loss *loss = data->loss;
    const double y =
        (1 - loss->label_smoothing) * number(&data->target, i, k) + loss->label_smoothing / 2;
    return class_weight(loss, 1) * y + class_weight(loss, 0) * (1 - y);
}

lnt_status lnt_laplace_root(const lnt_laplace_data *data, size_t k, lnt_tensor *seed)
{
    LNT_TRY(lnt_fill(0, seed));
    for (size_t i = 0; i < seed->rows; i++) {
        const double weight = lnt_laplace_weight(data, i);
        const double p = lnt_tensor_get(&data->meaning, i, k);
        if (data->loss->kind == LNT_LOSS_MSE) {
            LNT_TRY(lnt_tensor_set(seed, i, k, sqrt(weight)));
        } else if (data->loss->kind == LNT_LOSS_BINARY_CROSS_ENTROPY) {
            LNT_TRY(
                lnt_tensor_set(seed, i, k, sqrt(weight * binary_mass(data, i, k) * p * (1 - p))));
        } else {
            const double size = sqrt(weight * softmax_mass(data, i) * p);
            for (size_t j = 0; j < seed->cols; j++) {
                const double e = j == k ? 1 : 0;
                LNT_TRY(
                    lnt_tensor_set(seed, i, j, size * (e - lnt_tensor_get(&data->meaning, i, j))));
            }
        }
    }
    return LNT_OK;
}
