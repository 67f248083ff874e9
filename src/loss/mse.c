/* SPDX-License-Identifier: MIT */
#include "loss/elementwise.h"

/*
 * One row; g may be o. The contiguous loop keeps LANES sums, so that compilers turn it into vectors
 * without reordering anything at their own discretion.
 */
enum { LANES = 8 };

#define ROW(name, REAL)                                                                            \
    static double name(const lnt_loss *loss, const lnt_loss_row *row)                              \
    {                                                                                              \
        (void) loss;                                                                               \
        const REAL twice = (REAL) (2 * row->factor);                                               \
        const ptrdiff_t o_step = row->output_step, t_step = row->target_step;                      \
        const ptrdiff_t g_step = row->gradient_step;                                               \
        const REAL *o = row->output, *t = row->target;                                             \
        REAL *g = row->gradient;                                                                   \
        size_t n = row->cols;                                                                      \
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

static inline double bend(const lnt_loss *loss, double output, double target)
{
    (void) loss, (void) output, (void) target;
    return 2;
}

LNT_LOSS_CURVES(bend)

const lnt_loss_ops lnt_loss_mse = {
    .name = "mse", .kernels = {row_f32, row_f64}, .curves = {curve_f32, curve_f64}};
