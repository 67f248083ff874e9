/* SPDX-License-Identifier: MIT */
#include "tensor/kernels.h"
#include "tensor/view/check.h"

#include <math.h>

lnt_status lnt_dot(const lnt_tensor *x, const lnt_tensor *y, double *value)
{
    LNT_TRY(lnt_check_real(x));
    LNT_TRY(lnt_check_real(y));
    if (value == NULL) {
        return LNT_ERR_NULL;
    }
    if (x->dtype != y->dtype) {
        return LNT_ERR_DTYPE;
    }
    if (x->rows != y->rows || x->cols != y->cols) {
        return LNT_ERR_SHAPE;
    }
    double sum = 0;
    if (!lnt_is_empty(x)) {
        const lnt_kernels *kernels = lnt_kernels_of(x->dtype);
        lnt_tensor a = *x, b = *y;
        lnt_flatten((lnt_tensor *[]){&a, &b}, 2);
        for (size_t i = 0; i < a.rows; i++) {
            sum += kernels->dot(a.cols, lnt_tensor_ptr(&a, i, 0), a.col_stride,
                                lnt_tensor_ptr(&b, i, 0), b.col_stride);
        }
    }
    *value = sum;
    return LNT_OK;
}

static double max_abs(const lnt_kernels *kernels, const lnt_tensor *x)
{
    double largest = 0;
    for (size_t i = 0; i < x->rows; i++) {
        const double value = kernels->max_abs(x->cols, lnt_tensor_ptr(x, i, 0), x->col_stride);
        if (!(value <= largest)) {
            largest = value;
        }
        if (isnan(largest)) {
            break;
        }
    }
    return largest;
}

static double sum_squares(const lnt_kernels *kernels, const lnt_tensor *x, double factor)
{
    double sum = 0;
    for (size_t i = 0; i < x->rows; i++) {
        sum += kernels->sum_squares(x->cols, factor, lnt_tensor_ptr(x, i, 0), x->col_stride);
    }
    return sum;
}

static double norm_l2(const lnt_kernels *kernels, const lnt_tensor *x)
{
    const double sum = sum_squares(kernels, x, 1);
    if (sum > 0x1p-900 && sum < INFINITY) { /* no square was lost at either end */
        return sqrt(sum);
    }
    const double largest = max_abs(kernels, x);
    if (largest == 0 || !isfinite(largest)) {
        return largest;
    }
    /* A power of two, so that the scaling itself is exact; kept where 2^-e is a normal number. */
    int exponent;
    frexp(largest, &exponent);
    exponent = exponent < -1000 ? -1000 : exponent > 1000 ? 1000 : exponent;
    return ldexp(sqrt(sum_squares(kernels, x, ldexp(1, -exponent))), exponent);
}

lnt_status lnt_norm(lnt_norm_kind kind, const lnt_tensor *x, double *value)
{
    LNT_TRY(lnt_check_real(x));
    if (value == NULL) {
        return LNT_ERR_NULL;
    }
    if (kind != LNT_NORM_L1 && kind != LNT_NORM_L2 && kind != LNT_NORM_MAX) {
        return LNT_ERR_INVALID;
    }
    double norm = 0;
    if (!lnt_is_empty(x)) {
        const lnt_kernels *kernels = lnt_kernels_of(x->dtype);
        lnt_tensor from = *x;
        lnt_flatten((lnt_tensor *[]){&from}, 1);
        if (kind == LNT_NORM_L1) {
            for (size_t i = 0; i < from.rows; i++) {
                norm += kernels->sum_abs(from.cols, lnt_tensor_ptr(&from, i, 0), from.col_stride);
            }
        } else {
            norm = kind == LNT_NORM_L2 ? norm_l2(kernels, &from) : max_abs(kernels, &from);
        }
    }
    *value = norm;
    return LNT_OK;
}

lnt_status lnt_all_finite(const lnt_tensor *x, bool *finite, size_t *row, size_t *col)
{
    LNT_TRY(lnt_check_real(x));
    if (finite == NULL) {
        return LNT_ERR_NULL;
    }
    *finite = true;
    const lnt_kernels *kernels = lnt_kernels_of(x->dtype);
    for (size_t i = 0; i < x->rows && x->cols > 0; i++) {
        const size_t j = kernels->find_not_finite(x->cols, lnt_tensor_ptr(x, i, 0), x->col_stride);
        if (j < x->cols) {
            *finite = false;
            if (row != NULL) {
                *row = i;
            }
            if (col != NULL) {
                *col = j;
            }
            break;
        }
    }
    return LNT_OK;
}
