/* SPDX-License-Identifier: MIT */
#include "loss/softmax.h"

#include "tensor/view/check.h"

#include <linnet/loss.h>
#include <math.h>

#define TEMPLATE "loss/softmax.inc"
#include "base/precision/both.inc"

typedef void kernel(size_t n, const void *x, ptrdiff_t x_step, void *y, ptrdiff_t y_step);

static lnt_status each_row(const lnt_tensor *x, lnt_tensor *y, kernel *f32, kernel *f64)
{
    LNT_TRY(lnt_check_map(x, y));
    for (size_t i = 0; i < x->rows && x->cols > 0; i++) {
        (x->dtype == LNT_F32 ? f32 : f64)(x->cols, lnt_tensor_ptr(x, i, 0), x->col_stride,
                                          lnt_tensor_ptr(y, i, 0), y->col_stride);
    }
    return LNT_OK;
}

lnt_status lnt_softmax(const lnt_tensor *x, lnt_tensor *p)
{
    return each_row(x, p, softmax_f32, softmax_f64);
}

lnt_status lnt_log_softmax(const lnt_tensor *x, lnt_tensor *l)
{
    return each_row(x, l, log_softmax_f32, log_softmax_f64);
}
