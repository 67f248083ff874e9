/* SPDX-License-Identifier: MIT */
#include "tensor/check.h"

#include <stdint.h>

/* Whether (extent - 1) * stride * size stays well inside ptrdiff_t; adds it to the right end. */
static bool add_span(size_t extent, ptrdiff_t stride, ptrdiff_t size, ptrdiff_t *low,
                     ptrdiff_t *high)
{
    ptrdiff_t span;
    if (extent - 1 > PTRDIFF_MAX ||
        __builtin_mul_overflow((ptrdiff_t) (extent - 1), stride, &span) ||
        __builtin_mul_overflow(span, size, &span)) {
        return false;
    }
    ptrdiff_t *end = span < 0 ? low : high;
    return !__builtin_add_overflow(*end, span, end);
}

/* Bytes from the first element to the lowest, and to behind the highest. For non-empty tensors. */
static bool extent(const lnt_tensor *t, ptrdiff_t *low, ptrdiff_t *high)
{
    const ptrdiff_t size = (ptrdiff_t) lnt_dtype_size(t->dtype);
    *low = 0;
    *high = size;
    return add_span(t->rows, t->row_stride, size, low, high) &&
           add_span(t->cols, t->col_stride, size, low, high);
}

lnt_status lnt_check(const lnt_tensor *t)
{
    if (t == NULL) {
        return LNT_ERR_NULL;
    }
    if (lnt_dtype_size(t->dtype) == 0) {
        return LNT_ERR_DTYPE;
    }
    if (lnt_is_empty(t)) {
        return LNT_OK;
    }
    if (t->data == NULL) {
        return LNT_ERR_NULL;
    }
    ptrdiff_t low, high;
    return extent(t, &low, &high) ? LNT_OK : LNT_ERR_TOO_LARGE;
}

lnt_status lnt_check_real(const lnt_tensor *t)
{
    LNT_TRY(lnt_check(t));
    return t->dtype == LNT_I32 ? LNT_ERR_DTYPE : LNT_OK;
}

static size_t magnitude(ptrdiff_t stride)
{
    return stride < 0 ? (size_t) 0 - (size_t) stride : (size_t) stride;
}

static size_t greatest_common_divisor(size_t a, size_t b)
{
    while (b != 0) {
        const size_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/*
 * Elements (i, j) and (i', j') meet when (i - i')·row_stride = (j' - j)·col_stride; the smallest
 * such step that is not zero is (|col_stride|, |row_stride|) over their greatest common divisor.
 */
lnt_status lnt_check_output(const lnt_tensor *y)
{
    const size_t row = magnitude(y->row_stride), col = magnitude(y->col_stride);
    if (lnt_is_empty(y) || (y->rows == 1 && (y->cols == 1 || col > 0)) ||
        (y->cols == 1 && row > 0) || (col == 1 && row >= y->cols)) {
        return LNT_OK;
    }
    if ((row == 0 && y->rows > 1) || (col == 0 && y->cols > 1)) {
        return LNT_ERR_ALIAS;
    }
    const size_t divisor = greatest_common_divisor(row, col);
    return col / divisor < y->rows && row / divisor < y->cols ? LNT_ERR_ALIAS : LNT_OK;
}

static bool same_view(const lnt_tensor *x, const lnt_tensor *y)
{
    return x->data == y->data && x->dtype == y->dtype && x->rows == y->rows && x->cols == y->cols &&
           (x->rows == 1 || x->row_stride == y->row_stride) &&
           (x->cols == 1 || x->col_stride == y->col_stride);
}

/* With equal strides: does di·row_stride + dj·col_stride = distance have a solution in range? */
static bool meets(const lnt_tensor *x, const lnt_tensor *y, ptrdiff_t distance)
{
    const ptrdiff_t col = x->col_stride;
    for (ptrdiff_t di = 1 - (ptrdiff_t) y->rows; di < (ptrdiff_t) x->rows; di++) {
        const ptrdiff_t rest = distance - di * x->row_stride;
        const ptrdiff_t dj = col == 0 ? 0 : rest / col;
        if (dj * col == rest && dj > -(ptrdiff_t) y->cols && dj < (ptrdiff_t) x->cols) {
            return true;
        }
    }
    return false;
}

lnt_status lnt_check_apart(const lnt_tensor *x, const lnt_tensor *y, bool in_place)
{
    if (lnt_is_empty(x) || lnt_is_empty(y)) {
        return LNT_OK;
    }
    ptrdiff_t x_low, x_high, y_low, y_high;
    if (!extent(x, &x_low, &x_high) || !extent(y, &y_low, &y_high)) {
        return LNT_ERR_TOO_LARGE;
    }
    const uintptr_t x_data = (uintptr_t) x->data, y_data = (uintptr_t) y->data;
    if (x_data + (uintptr_t) x_high <= y_data + (uintptr_t) y_low ||
        y_data + (uintptr_t) y_high <= x_data + (uintptr_t) x_low) {
        return LNT_OK;
    }
    if (in_place && same_view(x, y)) {
        return LNT_OK;
    }
    const ptrdiff_t bytes = (ptrdiff_t) (y_data - x_data);
    const ptrdiff_t size = (ptrdiff_t) lnt_dtype_size(x->dtype);
    if (x->dtype != y->dtype || x->row_stride != y->row_stride || x->col_stride != y->col_stride ||
        bytes % size != 0) {
        return LNT_ERR_ALIAS;
    }
    return meets(x, y, bytes / size) ? LNT_ERR_ALIAS : LNT_OK;
}

lnt_status lnt_check_map(const lnt_tensor *x, const lnt_tensor *y)
{
    LNT_TRY(lnt_check_real(x));
    LNT_TRY(lnt_check_real(y));
    if (x->dtype != y->dtype) {
        return LNT_ERR_DTYPE;
    }
    if (x->rows != y->rows || x->cols != y->cols) {
        return LNT_ERR_SHAPE;
    }
    LNT_TRY(lnt_check_output(y));
    return lnt_check_apart(x, y, true);
}
