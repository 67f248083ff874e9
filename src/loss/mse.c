/* SPDX-License-Identifier: MIT */
#include "loss/loss.h"

static lnt_status check(const lnt_tensor *output, const lnt_tensor *target)
{
    if (target->dtype != output->dtype) {
        return LNT_ERR_DTYPE;
    }
    return target->rows == output->rows && target->cols == output->cols ? LNT_OK : LNT_ERR_SHAPE;
}

static double count(size_t rows, size_t cols)
{
    return (double) rows * (double) cols;
}

/*
 * One row; g may be o. The contiguous loop keeps LANES sums, so that compilers turn it into vectors
 * without reordering anything at their own discretion.
 */
enum { LANES = 8 };

#define ROW(name, REAL)                                                                            \
    static double name(size_t n, double factor, const void *o_data, ptrdiff_t o_step,              \
                       const void *t_data, ptrdiff_t t_step, void *g_data, ptrdiff_t g_step)       \
    {                                                                                              \
        const REAL twice = (REAL) (2 * factor);                                                    \
        const REAL *o = o_data, *t = t_data;                                                       \
        REAL *g = g_data;                                                                          \
        double sum = 0, lane[LANES] = {0};                                                         \
        if (g != NULL && o_step == 1 && t_step == 1 && g_step == 1) {                              \
            for (; n >= LANES; n -= LANES, o += LANES, t += LANES, g += LANES) {                   \
                for (size_t l = 0; l < LANES; l++) {                                               \
                    const REAL error = o[l] - t[l];                                                \
                    lane[l] += (double) error * (double) error;                                    \
                    g[l] = twice * error;                                                          \
                }                                                                                  \
            }                                                                                      \
            for (size_t l = 0; l < LANES; l++) {                                                   \
                sum += lane[l];                                                                    \
            }                                                                                      \
        }                                                                                          \
        for (size_t j = 0; j < n; j++, o += o_step, t += t_step) {                                 \
            const REAL error = *o - *t;                                                            \
            sum += (double) error * (double) error;                                                \
            if (g != NULL) {                                                                       \
                *g = twice * error;                                                                \
                g += g_step;                                                                       \
            }                                                                                      \
        }                                                                                          \
        return sum;                                                                                \
    }

ROW(row_f32, float)
ROW(row_f64, double)
#undef ROW

static double evaluate(const lnt_tensor *output, const lnt_tensor *target, double factor,
                       lnt_tensor *gradient)
{
    double sum = 0;
    for (size_t i = 0; i < output->rows; i++) {
        sum += (output->dtype == LNT_F32 ? row_f32 : row_f64)(
            output->cols, factor, lnt_element(output, i, 0), output->col_stride,
            lnt_element(target, i, 0), target->col_stride,
            gradient != NULL ? lnt_element(gradient, i, 0) : NULL,
            gradient != NULL ? gradient->col_stride : 0);
    }
    return sum;
}

const lnt_loss_ops lnt_loss_mse = {"mse", false, check, count, evaluate};
