/* SPDX-License-Identifier: MIT */
#include "tensor/kernels.h"
#include "tensor/view/check.h"

lnt_status lnt_axpy(double alpha, const lnt_tensor *x, lnt_tensor *y)
{
    LNT_TRY(lnt_check_map(x, y));
    if (alpha == 0 || lnt_is_empty(y)) {
        return LNT_OK;
    }
    const lnt_kernels *kernels = lnt_kernels_of(y->dtype);
    lnt_tensor from = *x, to = *y;
    lnt_flatten((lnt_tensor *[]){&from, &to}, 2);
    for (size_t i = 0; i < to.rows; i++) {
        kernels->axpy(to.cols, alpha, lnt_tensor_ptr(&from, i, 0), from.col_stride,
                      lnt_tensor_ptr(&to, i, 0), to.col_stride);
    }
    return LNT_OK;
}

lnt_status lnt_scale(double alpha, lnt_tensor *x)
{
    LNT_TRY(lnt_check_real(x));
    LNT_TRY(lnt_check_output(x));
    if (alpha == 1 || lnt_is_empty(x)) {
        return LNT_OK;
    }
    const lnt_kernels *kernels = lnt_kernels_of(x->dtype);
    lnt_tensor to = *x;
    lnt_flatten((lnt_tensor *[]){&to}, 1);
    for (size_t i = 0; i < to.rows; i++) {
        kernels->scale(to.cols, alpha, lnt_tensor_ptr(&to, i, 0), to.col_stride);
    }
    return LNT_OK;
}

lnt_status lnt_fill(double value, lnt_tensor *x)
{
    LNT_TRY(lnt_check_real(x));
    LNT_TRY(lnt_check_output(x));
    if (lnt_is_empty(x)) {
        return LNT_OK;
    }
    const lnt_kernels *kernels = lnt_kernels_of(x->dtype);
    lnt_tensor to = *x;
    lnt_flatten((lnt_tensor *[]){&to}, 1);
    for (size_t i = 0; i < to.rows; i++) {
        kernels->fill(to.cols, value, lnt_tensor_ptr(&to, i, 0), to.col_stride);
    }
    return LNT_OK;
}

lnt_status lnt_apply(lnt_elementwise_function f, void *context, const lnt_tensor *x, lnt_tensor *y)
{
    if (f == NULL) {
        return LNT_ERR_NULL;
    }
    LNT_TRY(lnt_check_map(x, y));
    if (lnt_is_empty(y)) {
        return LNT_OK;
    }
    const lnt_kernels *kernels = lnt_kernels_of(y->dtype);
    lnt_tensor from = *x, to = *y;
    lnt_flatten((lnt_tensor *[]){&from, &to}, 2);
    for (size_t i = 0; i < to.rows; i++) {
        kernels->apply(to.cols, f, context, lnt_tensor_ptr(&from, i, 0), from.col_stride,
                       lnt_tensor_ptr(&to, i, 0), to.col_stride);
    }
    return LNT_OK;
}
