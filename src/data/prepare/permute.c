/* SPDX-License-Identifier: MIT */
#include <linnet/data.h>

#include "tensor/view/check.h"
#include <stdint.h>
#include <string.h>

/* An index is below 2^63, so its top bit can mark a visited position. */
#define MARK ((size_t) 1 << (sizeof(size_t) * 8 - 1))

/* Bytes of a row that are saved while the rows of a cycle move. */
enum { SAVED_BYTES = 4096 };

static void unmark(size_t *index, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        index[i] &= ~MARK;
    }
}

static bool is_permutation(size_t *index, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (index[i] >= count) {
            return false;
        }
    }
    bool distinct = true;
    for (size_t i = 0; i < count && distinct; i++) {
        size_t *const target = &index[index[i] & ~MARK];
        distinct = (*target & MARK) == 0;
        *target |= MARK;
    }
    unmark(index, count);
    return distinct;
}

static void copy_row(char *to, ptrdiff_t to_stride, const char *from, ptrdiff_t from_stride,
                     size_t cols, size_t size)
{
    if (to_stride == (ptrdiff_t) size && from_stride == (ptrdiff_t) size) {
        memcpy(to, from, cols * size);
        return;
    }
    for (size_t j = 0; j < cols; j++) {
        memcpy(to + (ptrdiff_t) j * to_stride, from + (ptrdiff_t) j * from_stride, size);
    }
}

/* Moves the rows of the cycle through `start`; the columns of `x` fit into SAVED_BYTES. */
static void rotate_cycle(const lnt_tensor *x, const size_t *index, size_t start)
{
    const size_t size = lnt_dtype_size(x->dtype);
    const ptrdiff_t step = (ptrdiff_t) size, stride = x->col_stride * step;
    char saved[SAVED_BYTES];
    copy_row(saved, step, lnt_tensor_ptr(x, start, 0), stride, x->cols, size);
    size_t i = start;
    for (size_t from; (from = index[i] & ~MARK) != start; i = from) {
        copy_row(lnt_tensor_ptr(x, i, 0), stride, lnt_tensor_ptr(x, from, 0), stride, x->cols,
                 size);
    }
    copy_row(lnt_tensor_ptr(x, i, 0), stride, saved, step, x->cols, size);
}

static void rotate_cycle_by_panels(const lnt_tensor *x, const size_t *index, size_t start)
{
    const size_t width = SAVED_BYTES / lnt_dtype_size(x->dtype);
    for (size_t j = 0; j < x->cols; j += width) {
        lnt_tensor panel = *x;
        panel.data = lnt_tensor_ptr(x, 0, j);
        panel.cols = x->cols - j < width ? x->cols - j : width;
        rotate_cycle(&panel, index, start);
    }
}

lnt_status lnt_permute_rows(lnt_tensor *x, size_t *index)
{
    LNT_TRY(lnt_check(x));
    if (index == NULL && x->rows > 0) {
        return LNT_ERR_NULL;
    }
    LNT_TRY(lnt_check_output(x));
    if (!is_permutation(index, x->rows)) {
        return LNT_ERR_INVALID;
    }
    for (size_t start = 0; start < x->rows; start++) {
        if ((index[start] & MARK) == 0) {
            rotate_cycle_by_panels(x, index, start);
            for (size_t i = start; (index[i] & MARK) == 0;) {
                const size_t from = index[i];
                index[i] |= MARK;
                i = from;
            }
        }
    }
    unmark(index, x->rows);
    return LNT_OK;
}
