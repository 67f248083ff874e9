/* SPDX-License-Identifier: MIT */
#include "data/prepare/strata.h"

#include "base/arena.h"
#include "base/sort.h"
#include "tensor/view/check.h"

#include <math.h>

static int compare_labels(size_t a, size_t b, const void *context)
{
    const double x = lnt_tensor_get(context, a, 0), y = lnt_tensor_get(context, b, 0);
    return x != y ? (x > y) - (x < y) : (a > b) - (a < b);
}

lnt_status lnt_strata_check(const lnt_tensor *labels, size_t rows)
{
    LNT_TRY(lnt_check(labels));
    if (labels->rows != rows || labels->cols != 1) {
        return LNT_ERR_SHAPE;
    }
    size_t square; /* the largest product that is computed */
    if (!lnt_multiply(rows, rows, &square)) {
        return LNT_ERR_TOO_LARGE;
    }
    for (size_t i = 0; i < rows; i++) {
        if (!isfinite(lnt_tensor_get(labels, i, 0))) {
            return LNT_ERR_NONFINITE;
        }
    }
    return LNT_OK;
}

void lnt_strata_sort(const lnt_tensor *labels, size_t *index)
{
    lnt_sort(index, labels->rows, compare_labels, labels);
}

size_t lnt_strata_end(const lnt_tensor *labels, const size_t *index, size_t begin)
{
    const double label = lnt_tensor_get(labels, index[begin] & ~LNT_MARK, 0);
    size_t end = begin + 1;
    while (end < labels->rows && lnt_tensor_get(labels, index[end] & ~LNT_MARK, 0) == label) {
        end++;
    }
    return end;
}
