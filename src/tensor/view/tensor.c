/* SPDX-License-Identifier: MIT */
#include "tensor/view/check.h"

#include <math.h>

lnt_tensor lnt_tensor_strided(lnt_dtype dtype, void *data, size_t rows, size_t cols,
                              ptrdiff_t row_stride, ptrdiff_t col_stride)
{
    return (lnt_tensor){data, rows, cols, row_stride, col_stride, dtype};
}

lnt_tensor lnt_tensor_view(lnt_dtype dtype, void *data, size_t rows, size_t cols)
{
    return lnt_tensor_strided(dtype, data, rows, cols, (ptrdiff_t) cols, 1);
}

lnt_tensor lnt_tensor_f32(float *data, size_t rows, size_t cols)
{
    return lnt_tensor_view(LNT_F32, data, rows, cols);
}

lnt_tensor lnt_tensor_f64(double *data, size_t rows, size_t cols)
{
    return lnt_tensor_view(LNT_F64, data, rows, cols);
}

lnt_tensor lnt_tensor_i32(int32_t *data, size_t rows, size_t cols)
{
    return lnt_tensor_view(LNT_I32, data, rows, cols);
}

lnt_tensor lnt_tensor_const_view(lnt_dtype dtype, const void *data, size_t rows, size_t cols)
{
    /* The one place where const is dropped; the caller keeps the promise. */
    const union {
        const void *in;
        void *out;
    } pointer = {data};
    return lnt_tensor_view(dtype, pointer.out, rows, cols);
}

void *lnt_tensor_ptr(const lnt_tensor *t, size_t i, size_t j)
{
    const ptrdiff_t offset = (ptrdiff_t) i * t->row_stride + (ptrdiff_t) j * t->col_stride;
    return (char *) t->data + offset * (ptrdiff_t) lnt_dtype_size(t->dtype);
}

lnt_tensor lnt_transpose(const lnt_tensor *t)
{
    return lnt_tensor_strided(t->dtype, t->data, t->cols, t->rows, t->col_stride, t->row_stride);
}

lnt_tensor lnt_reverse_rows(const lnt_tensor *t)
{
    lnt_tensor view = *t;
    if (!lnt_is_empty(t) && t->data != NULL) {
        view.data = lnt_tensor_ptr(t, t->rows - 1, 0);
        view.row_stride = -t->row_stride;
    }
    return view;
}

lnt_tensor lnt_reverse_cols(const lnt_tensor *t)
{
    lnt_tensor view = lnt_transpose(t);
    view = lnt_reverse_rows(&view);
    return lnt_transpose(&view);
}

lnt_status lnt_slice_rows(const lnt_tensor *t, size_t first, size_t count, size_t step,
                          lnt_tensor *view)
{
    if (t == NULL || view == NULL) {
        return LNT_ERR_NULL;
    }
    if (lnt_dtype_size(t->dtype) == 0) {
        return LNT_ERR_DTYPE;
    }
    if (step == 0 && count > 1) {
        return LNT_ERR_INVALID;
    }
    if (first > t->rows || (count > 0 && first == t->rows) ||
        (count > 1 && count - 1 > (t->rows - 1 - first) / step)) {
        return LNT_ERR_SHAPE;
    }
    lnt_tensor slice = *t;
    if (count > 0 && !lnt_is_empty(t) && t->data != NULL) {
        slice.data = lnt_tensor_ptr(t, first, 0);
    }
    slice.rows = count;
    if (count > 1) {
        slice.row_stride = t->row_stride * (ptrdiff_t) step;
    }
    *view = slice;
    return LNT_OK;
}

lnt_status lnt_slice_cols(const lnt_tensor *t, size_t first, size_t count, size_t step,
                          lnt_tensor *view)
{
    if (t == NULL || view == NULL) {
        return LNT_ERR_NULL;
    }
    const lnt_tensor transposed = lnt_transpose(t);
    lnt_tensor slice;
    LNT_TRY(lnt_slice_rows(&transposed, first, count, step, &slice));
    *view = lnt_transpose(&slice);
    return LNT_OK;
}

static bool has_element(const lnt_tensor *t, size_t i, size_t j)
{
    return t != NULL && t->data != NULL && i < t->rows && j < t->cols;
}

double lnt_tensor_get(const lnt_tensor *t, size_t i, size_t j)
{
    if (!has_element(t, i, j)) {
        return NAN;
    }
    const void *element = lnt_tensor_ptr(t, i, j);
    switch (t->dtype) {
    case LNT_F32:
        return (double) *(const float *) element;
    case LNT_F64:
        return *(const double *) element;
    case LNT_I32:
        return (double) *(const int32_t *) element;
    default:
        return NAN;
    }
}
