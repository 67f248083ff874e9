/* SPDX-License-Identifier: MIT */
#include "tensor/kernels.h"
#include "tensor/view/check.h"

/* A row vector [1, cols] beside a matrix [rows, cols] of the same dtype. */
static lnt_status check_row(const lnt_tensor *row, const lnt_tensor *matrix)
{
    LNT_TRY(lnt_check_real(row));
    LNT_TRY(lnt_check_real(matrix));
    if (row->dtype != matrix->dtype) {
        return LNT_ERR_DTYPE;
    }
    return row->rows == 1 && row->cols == matrix->cols ? LNT_OK : LNT_ERR_SHAPE;
}

lnt_status lnt_add_bias(const lnt_tensor *b, lnt_tensor *y)
{
    LNT_TRY(check_row(b, y));
    LNT_TRY(lnt_check_output(y));
    LNT_TRY(lnt_check_apart(b, y, false));
    if (lnt_is_empty(y)) {
        return LNT_OK;
    }
    const lnt_kernels *kernels = lnt_kernels_of(y->dtype);
    for (size_t i = 0; i < y->rows; i++) {
        kernels->axpy(y->cols, 1, b->data, b->col_stride, lnt_tensor_ptr(y, i, 0), y->col_stride);
    }
    return LNT_OK;
}

lnt_status lnt_column_sums(const lnt_tensor *x, double beta, lnt_tensor *s)
{
    LNT_TRY(check_row(s, x));
    LNT_TRY(lnt_check_output(s));
    LNT_TRY(lnt_check_apart(x, s, false));
    if (lnt_is_empty(s)) {
        return LNT_OK;
    }
    if (x->rows == 0) {
        return lnt_scale(beta, s);
    }
    lnt_kernels_of(x->dtype)->sum_rows(x->rows, x->cols, x->data, x->row_stride, x->col_stride,
                                       beta, s->data, s->col_stride);
    return LNT_OK;
}

lnt_status lnt_row_argmax(const lnt_tensor *x, size_t *index)
{
    LNT_TRY(lnt_check_real(x));
    if (x->rows == 0) {
        return LNT_OK;
    }
    if (index == NULL) {
        return LNT_ERR_NULL;
    }
    if (x->cols == 0) {
        return LNT_ERR_SHAPE;
    }
    const lnt_kernels *kernels = lnt_kernels_of(x->dtype);
    for (size_t i = 0; i < x->rows; i++) {
        index[i] = kernels->argmax(x->cols, lnt_tensor_ptr(x, i, 0), x->col_stride);
    }
    return LNT_OK;
}
