/* SPDX-License-Identifier: MIT */
#include "tensor/kernels.h"
#include "tensor/view/check.h"

#include <string.h>

typedef void copy_kernel(size_t n, const void *x, ptrdiff_t x_step, void *y, ptrdiff_t y_step);

#define FROM float
#define TO float
#define COPY copy_f32_f32
#include "tensor/copy.inc"
#define TO double
#define COPY copy_f32_f64
#include "tensor/copy.inc"
#define TO int32_t
#define COPY copy_f32_i32
#include "tensor/copy.inc"
#undef FROM

#define FROM double
#define TO float
#define COPY copy_f64_f32
#include "tensor/copy.inc"
#define TO double
#define COPY copy_f64_f64
#include "tensor/copy.inc"
#define TO int32_t
#define COPY copy_f64_i32
#include "tensor/copy.inc"
#undef FROM

#define FROM int32_t
#define TO float
#define COPY copy_i32_f32
#include "tensor/copy.inc"
#define TO double
#define COPY copy_i32_f64
#include "tensor/copy.inc"
#define TO int32_t
#define COPY copy_i32_i32
#include "tensor/copy.inc"
#undef FROM

static copy_kernel *const copies[4][4] = {
    [LNT_F32] = {[LNT_F32] = copy_f32_f32, [LNT_F64] = copy_f32_f64, [LNT_I32] = copy_f32_i32},
    [LNT_F64] = {[LNT_F32] = copy_f64_f32, [LNT_F64] = copy_f64_f64, [LNT_I32] = copy_f64_i32},
    [LNT_I32] = {[LNT_F32] = copy_i32_f32, [LNT_F64] = copy_i32_f64, [LNT_I32] = copy_i32_i32},
};

/* A conversion to int32_t is undefined outside its range, so every value is looked at first. */
static bool fits_i32(const lnt_tensor *x)
{
    for (size_t i = 0; i < x->rows; i++) {
        for (size_t j = 0; j < x->cols; j++) {
            const double value = lnt_tensor_get(x, i, j);
            if (!(value > -2147483649.0 && value < 2147483648.0)) {
                return false;
            }
        }
    }
    return true;
}

lnt_status lnt_copy(const lnt_tensor *x, lnt_tensor *y)
{
    LNT_TRY(lnt_check(x));
    LNT_TRY(lnt_check(y));
    if (x->rows != y->rows || x->cols != y->cols) {
        return LNT_ERR_SHAPE;
    }
    LNT_TRY(lnt_check_output(y));
    LNT_TRY(lnt_check_apart(x, y, true));
    if (y->dtype == LNT_I32 && x->dtype != LNT_I32 && !fits_i32(x)) {
        return LNT_ERR_INVALID;
    }
    if (lnt_is_empty(y) || x->data == y->data) {
        return LNT_OK;
    }
    copy_kernel *copy = copies[x->dtype][y->dtype];
    lnt_tensor from = *x, to = *y;
    lnt_flatten((lnt_tensor *[]){&from, &to}, 2);
    for (size_t i = 0; i < to.rows; i++) {
        copy(to.cols, lnt_tensor_ptr(&from, i, 0), from.col_stride, lnt_tensor_ptr(&to, i, 0),
             to.col_stride);
    }
    return LNT_OK;
}

lnt_status lnt_gather_rows(const lnt_tensor *x, const size_t *index, lnt_tensor *y)
{
    LNT_TRY(lnt_check(x));
    LNT_TRY(lnt_check(y));
    if (x->dtype != y->dtype) {
        return LNT_ERR_DTYPE;
    }
    if (x->cols != y->cols) {
        return LNT_ERR_SHAPE;
    }
    LNT_TRY(lnt_check_output(y));
    LNT_TRY(lnt_check_apart(x, y, false));
    if (lnt_is_empty(y)) {
        return LNT_OK;
    }
    if (index == NULL) {
        return LNT_ERR_NULL;
    }
    for (size_t i = 0; i < y->rows; i++) {
        if (index[i] >= x->rows) {
            return LNT_ERR_INVALID;
        }
    }
    copy_kernel *copy = copies[x->dtype][y->dtype];
    const size_t row_bytes = x->cols * lnt_dtype_size(x->dtype);
    const bool contiguous = x->col_stride == 1 && y->col_stride == 1;
    for (size_t i = 0; i < y->rows; i++) {
        const void *from = lnt_tensor_ptr(x, index[i], 0);
        void *to = lnt_tensor_ptr(y, i, 0);
        if (contiguous) {
            memcpy(to, from, row_bytes);
        } else {
            copy(x->cols, from, x->col_stride, to, y->col_stride);
        }
    }
    return LNT_OK;
}
