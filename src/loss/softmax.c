/* SPDX-License-Identifier: MIT */
#include "loss/softmax.h"

#include "tensor/view/check.h"

#include <linnet/loss.h>
#include <math.h>

/* One row; p may be x. */
#define ROWS(softmax, log_softmax, largest, REAL, exp_)                                            \
    static void softmax(size_t n, const void *x_data, ptrdiff_t x_step, void *p_data,              \
                        ptrdiff_t p_step)                                                          \
    {                                                                                              \
        const REAL *x = x_data;                                                                    \
        REAL *p = p_data;                                                                          \
        const REAL m = largest(n, x, x_step);                                                      \
        double sum = 0;                                                                            \
        for (size_t j = 0; j < n; j++) {                                                           \
            const REAL e = exp_(x[(ptrdiff_t) j * x_step] - m);                                    \
            sum += (double) e;                                                                     \
            p[(ptrdiff_t) j * p_step] = e;                                                         \
        }                                                                                          \
        for (size_t j = 0; j < n; j++) {                                                           \
            p[(ptrdiff_t) j * p_step] = (REAL) ((double) p[(ptrdiff_t) j * p_step] / sum);         \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static void log_softmax(size_t n, const void *x_data, ptrdiff_t x_step, void *l_data,          \
                            ptrdiff_t l_step)                                                      \
    {                                                                                              \
        const REAL *x = x_data;                                                                    \
        REAL *l = l_data;                                                                          \
        const REAL m = largest(n, x, x_step);                                                      \
        double sum = 0;                                                                            \
        for (size_t j = 0; j < n; j++) {                                                           \
            sum += (double) exp_(x[(ptrdiff_t) j * x_step] - m);                                   \
        }                                                                                          \
        const double rest = log(sum);                                                              \
        for (size_t j = 0; j < n; j++) {                                                           \
            const REAL z = x[(ptrdiff_t) j * x_step] - m;                                          \
            l[(ptrdiff_t) j * l_step] = (REAL) ((double) z - rest);                                \
        }                                                                                          \
    }

ROWS(softmax_f32, log_softmax_f32, lnt_largest_f32, float, expf)
ROWS(softmax_f64, log_softmax_f64, lnt_largest_f64, double, exp)
#undef ROWS

typedef void kernel(size_t n, const void *x, ptrdiff_t x_step, void *y, ptrdiff_t y_step);

static lnt_status each_row(const lnt_tensor *x, lnt_tensor *y, kernel *f32, kernel *f64)
{
    LNT_TRY(lnt_check_map(x, y));
    for (size_t i = 0; i < x->rows && x->cols > 0; i++) {
        (x->dtype == LNT_F32 ? f32 : f64)(x->cols, lnt_element(x, i, 0), x->col_stride,
                                          lnt_element(y, i, 0), y->col_stride);
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
