/* SPDX-License-Identifier: MIT */
#include "tensor/view/check.h"

#include <limits.h>
#include <stdint.h>

/* Whether (extent - 1) * stride * size stays well inside ptrdiff_t; adds it to the right end. */
static inline bool add_span(size_t extent, ptrdiff_t stride, ptrdiff_t size, ptrdiff_t *low,
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

/* The addresses an operand covers, [low, high); none if it is empty. */
typedef struct span {
    uintptr_t low;
    uintptr_t high;
} span;

static inline bool is_real(lnt_dtype dtype)
{
    return dtype == LNT_F32 || dtype == LNT_F64;
}

/* False if the distance between two elements cannot be counted. */
static inline bool span_of(const lnt_tensor *t, span *out)
{
    if (lnt_is_empty(t)) {
        *out = (span){0, 0};
        return true;
    }
    const ptrdiff_t size = t->dtype == LNT_F64 ? 8 : 4;
    ptrdiff_t low = 0, high = size;
    if (!add_span(t->rows, t->row_stride, size, &low, &high) ||
        !add_span(t->cols, t->col_stride, size, &low, &high)) {
        return false;
    }
    out->low = (uintptr_t) t->data + (uintptr_t) low;
    out->high = (uintptr_t) t->data + (uintptr_t) high;
    return true;
}

/* NULL, data, countable distances; the dtype is the caller's to check. */
static inline lnt_status check_memory(const lnt_tensor *t, span *out)
{
    if (t->data == NULL && !lnt_is_empty(t)) {
        return LNT_ERR_NULL;
    }
    return span_of(t, out) ? LNT_OK : LNT_ERR_TOO_LARGE;
}

lnt_status lnt_check(const lnt_tensor *t)
{
    if (t == NULL) {
        return LNT_ERR_NULL;
    }
    if (lnt_dtype_size(t->dtype) == 0) {
        return LNT_ERR_DTYPE;
    }
    span unused;
    return check_memory(t, &unused);
}

lnt_status lnt_check_real(const lnt_tensor *t)
{
    LNT_TRY(lnt_check(t));
    return is_real(t->dtype) ? LNT_OK : LNT_ERR_DTYPE;
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

/* The slow half of `lnt_check_apart`: the addresses of two operands do meet. */
static lnt_status check_meeting(const lnt_tensor *x, const lnt_tensor *y, bool in_place)
{
    if (in_place && same_view(x, y)) {
        return LNT_OK;
    }
    const ptrdiff_t bytes = (ptrdiff_t) ((uintptr_t) y->data - (uintptr_t) x->data);
    const ptrdiff_t size = (ptrdiff_t) lnt_dtype_size(x->dtype);
    if (x->dtype != y->dtype || x->row_stride != y->row_stride || x->col_stride != y->col_stride ||
        bytes % size != 0) {
        return LNT_ERR_ALIAS;
    }
    return meets(x, y, bytes / size) ? LNT_ERR_ALIAS : LNT_OK;
}

static inline bool spans_meet(span a, span b)
{
    return a.low < b.high && b.low < a.high;
}

lnt_status lnt_check_apart(const lnt_tensor *x, const lnt_tensor *y, bool in_place)
{
    span x_span, y_span;
    if (!span_of(x, &x_span) || !span_of(y, &y_span)) {
        return LNT_ERR_TOO_LARGE;
    }
    return spans_meet(x_span, y_span) ? check_meeting(x, y, in_place) : LNT_OK;
}

/* Output i against itself, the input and the outputs before it. */
static lnt_status check_overlap_of(const lnt_tensor *input, const lnt_tensor *const *outputs,
                                   size_t i, bool in_place)
{
    LNT_TRY(lnt_check(outputs[i]));
    LNT_TRY(lnt_check_output(outputs[i]));
    LNT_TRY(input != NULL ? lnt_check_apart(input, outputs[i], in_place) : LNT_OK);
    for (size_t j = 0; j < i; j++) {
        LNT_TRY(outputs[j] != NULL ? lnt_check_apart(outputs[j], outputs[i], false) : LNT_OK);
    }
    return LNT_OK;
}

lnt_status lnt_check_overlap(const lnt_tensor *input, const lnt_tensor *const *outputs, size_t n,
                             bool in_place)
{
    if (outputs == NULL && n > 0) {
        return LNT_ERR_NULL;
    }
    LNT_TRY(input != NULL ? lnt_check(input) : LNT_OK);
    for (size_t i = 0; i < n; i++) {
        LNT_TRY(outputs[i] != NULL ? check_overlap_of(input, outputs, i, in_place) : LNT_OK);
    }
    return LNT_OK;
}

bool lnt_lies_in(const lnt_tensor *t, const void *low, const void *high)
{
    span of_t;
    const span block = {(uintptr_t) low, (uintptr_t) high};
    return span_of(t, &of_t) && spans_meet(of_t, block);
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

lnt_status lnt_check_product(const lnt_tensor *a, const lnt_tensor *b, const lnt_tensor *c)
{
    if (a == NULL || b == NULL || c == NULL) {
        return LNT_ERR_NULL;
    }
    if (!is_real(c->dtype) || a->dtype != c->dtype || b->dtype != c->dtype) {
        return LNT_ERR_DTYPE;
    }
    span a_span, b_span, c_span;
    LNT_TRY(check_memory(a, &a_span));
    LNT_TRY(check_memory(b, &b_span));
    LNT_TRY(check_memory(c, &c_span));
    if (a->rows != c->rows || a->cols != b->rows || b->cols != c->cols) {
        return LNT_ERR_SHAPE;
    }
    if (c->rows > INT_MAX || c->cols > INT_MAX || a->cols > INT_MAX) {
        return LNT_ERR_TOO_LARGE;
    }
    LNT_TRY(lnt_check_output(c));
    if (spans_meet(a_span, c_span)) {
        LNT_TRY(check_meeting(a, c, false));
    }
    return spans_meet(b_span, c_span) ? check_meeting(b, c, false) : LNT_OK;
}
