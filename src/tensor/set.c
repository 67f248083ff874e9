/* SPDX-License-Identifier: MIT */
#include "tensor/view/check.h"

lnt_status lnt_tensor_set(const lnt_tensor *t, size_t i, size_t j, double value)
{
    LNT_TRY(lnt_check(t));
    if (i >= t->rows || j >= t->cols) {
        return LNT_ERR_SHAPE;
    }
    const lnt_tensor from = lnt_tensor_f64(&value, 1, 1);
    lnt_tensor to = lnt_tensor_view(t->dtype, lnt_tensor_ptr(t, i, j), 1, 1);
    return lnt_copy(&from, &to);
}
