/* SPDX-License-Identifier: MIT */
#include "loss/loss.h"
#include "tensor/check.h"

#include <math.h>

static bool has_labels(const lnt_tensor *target)
{
    return target->cols == 1;
}

static lnt_status check(const lnt_tensor *output, const lnt_tensor *target)
{
    if (output->cols < 2 || target->rows != output->rows) {
        return LNT_ERR_SHAPE;
    }
    if (!has_labels(target)) {
        if (target->cols != output->cols) {
            return LNT_ERR_SHAPE;
        }
        return target->dtype == output->dtype ? LNT_OK : LNT_ERR_DTYPE;
    }
    if (target->dtype != LNT_I32 && target->dtype != output->dtype) {
        return LNT_ERR_DTYPE;
    }
    for (size_t i = 0; i < target->rows; i++) {
        const double label = lnt_get(target, i, 0);
        if (!(label >= 0 && label < (double) output->cols) || label != floor(label)) {
            return LNT_ERR_INVALID;
        }
    }
    return LNT_OK;
}

static double count(size_t rows, size_t cols)
{
    (void) cols;
    return (double) rows;
}

/*
 * One row, with m its maximum: Σ_j t_j·(log Σ_k e^(o_k − m) − (o_j − m)), and the gradient
 * factor·((Σ t)·softmax(o)_j − t_j). `t` NULL means one-hot at `label`. Each logit is read before
 * its place in g is written, since g may be o. A t_j of zero counts for nothing even at o_j = −∞.
 */
#define ROW(name, softmax, REAL, exp_)                                                             \
    static REAL largest_##name(size_t n, const REAL *o, ptrdiff_t o_step)                          \
    {                                                                                              \
        REAL largest = *o;                                                                         \
        for (size_t j = 1; j < n; j++) {                                                           \
            const REAL x = o[(ptrdiff_t) j * o_step];                                              \
            largest = x > largest || x != x ? x : largest;                                         \
        }                                                                                          \
        return largest;                                                                            \
    }                                                                                              \
                                                                                                   \
    static double name(size_t n, double factor, const void *o_data, ptrdiff_t o_step,              \
                       const void *t_data, ptrdiff_t t_step, size_t label, void *g_data,           \
                       ptrdiff_t g_step)                                                           \
    {                                                                                              \
        const REAL *o = o_data, *t = t_data;                                                       \
        REAL *g = g_data;                                                                          \
        const REAL m = largest_##name(n, o, o_step);                                               \
        double sum = 0, total = t == NULL ? 1 : 0, inner = 0;                                      \
        for (size_t j = 0; j < n; j++) {                                                           \
            const REAL z = o[(ptrdiff_t) j * o_step] - m;                                          \
            const REAL e = exp_(z);                                                                \
            const REAL share = t == NULL ? (REAL) (j == label) : t[(ptrdiff_t) j * t_step];        \
            sum += (double) e;                                                                     \
            inner += share == 0 ? 0 : (double) share * (double) z;                                 \
            total += t == NULL ? 0 : (double) share;                                               \
            if (g != NULL) {                                                                       \
                g[(ptrdiff_t) j * g_step] = e;                                                     \
            }                                                                                      \
        }                                                                                          \
        if (g != NULL) {                                                                           \
            const double scale = factor * total / sum;                                             \
            for (size_t j = 0; j < n; j++, g += g_step) {                                          \
                const REAL share = t == NULL ? (REAL) (j == label) : t[(ptrdiff_t) j * t_step];    \
                *g = (REAL) (scale * (double) *g - factor * (double) share);                       \
            }                                                                                      \
        }                                                                                          \
        return total * log(sum) - inner;                                                           \
    }                                                                                              \
                                                                                                   \
    static void softmax(size_t n, const void *x_data, ptrdiff_t x_step, void *p_data,              \
                        ptrdiff_t p_step)                                                          \
    {                                                                                              \
        const REAL *x = x_data;                                                                    \
        REAL *p = p_data;                                                                          \
        const REAL m = largest_##name(n, x, x_step);                                               \
        double sum = 0;                                                                            \
        for (size_t j = 0; j < n; j++) {                                                           \
            const REAL e = exp_(x[(ptrdiff_t) j * x_step] - m);                                    \
            sum += (double) e;                                                                     \
            p[(ptrdiff_t) j * p_step] = e;                                                         \
        }                                                                                          \
        for (size_t j = 0; j < n; j++) {                                                           \
            p[(ptrdiff_t) j * p_step] = (REAL) ((double) p[(ptrdiff_t) j * p_step] / sum);         \
        }                                                                                          \
    }

ROW(row_f32, softmax_f32, float, expf)
ROW(row_f64, softmax_f64, double, exp)
#undef ROW

static double evaluate(const lnt_tensor *output, const lnt_tensor *target, double factor,
                       lnt_tensor *gradient)
{
    const bool labels = has_labels(target);
    double sum = 0;
    for (size_t i = 0; i < output->rows; i++) {
        sum += (output->dtype == LNT_F32 ? row_f32 : row_f64)(
            output->cols, factor, lnt_element(output, i, 0), output->col_stride,
            labels ? NULL : lnt_element(target, i, 0), target->col_stride,
            labels ? (size_t) lnt_get(target, i, 0) : 0,
            gradient != NULL ? lnt_element(gradient, i, 0) : NULL,
            gradient != NULL ? gradient->col_stride : 0);
    }
    return sum;
}

const lnt_loss_ops lnt_loss_softmax_cross_entropy = {"softmax_cross_entropy", true, check, count,
                                                     evaluate};

lnt_status lnt_softmax(const lnt_tensor *x, lnt_tensor *p)
{
    LNT_TRY(lnt_check_map(x, p));
    for (size_t i = 0; i < x->rows && x->cols > 0; i++) {
        (x->dtype == LNT_F32 ? softmax_f32 : softmax_f64)(
            x->cols, lnt_element(x, i, 0), x->col_stride, lnt_element(p, i, 0), p->col_stride);
    }
    return LNT_OK;
}
