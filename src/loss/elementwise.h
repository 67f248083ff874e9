/* SPDX-License-Identifier: MIT */
#ifndef LINNET_LOSS_ELEMENTWISE_H
#define LINNET_LOSS_ELEMENTWISE_H

#include "loss/loss.h"

/**
 * Defines `row_f32` and `row_f64`, kernels of a loss that is a sum over elements, from
 * `double element(const lnt_loss *loss, double output, double target, double *slope)`, which
 * returns the loss of one and sets its derivative by the output. Computed in double whatever the
 * dtype. An output is read before its place is written, since the gradient may lie there.
 */
#define LNT_LOSS_ELEMENTWISE(element)                                                              \
    LNT_LOSS_ELEMENTWISE_(row_f32, float, element)                                                 \
    LNT_LOSS_ELEMENTWISE_(row_f64, double, element)

#define LNT_LOSS_ELEMENTWISE_(name, REAL, element)                                                 \
    static double name(const lnt_loss *loss, const lnt_loss_row *row)                              \
    {                                                                                              \
        const REAL *o = row->output;                                                               \
        REAL *g = row->gradient;                                                                   \
        const char *t = row->target;                                                               \
        const ptrdiff_t t_step = row->target_step * lnt_loss_size(row->target_dtype);              \
        double sum = 0;                                                                            \
        for (size_t j = 0; j < row->cols; j++, o += row->output_step, t += t_step) {               \
            double slope;                                                                          \
            sum += element(loss, (double) *o, lnt_loss_read(row->target_dtype, t), &slope);        \
            if (g != NULL) {                                                                       \
                *g = (REAL) (row->factor * slope);                                                 \
                g += row->gradient_step;                                                           \
            }                                                                                      \
        }                                                                                          \
        return sum;                                                                                \
    }

/** Likewise `curve_f32` and `curve_f64`, from `double bend(loss, output, target)`, its f''. */
#define LNT_LOSS_CURVES(bend)                                                                      \
    LNT_LOSS_CURVE_(curve_f32, float, bend)                                                        \
    LNT_LOSS_CURVE_(curve_f64, double, bend)

#define LNT_LOSS_CURVE_(name, REAL, bend)                                                          \
    static void name(const lnt_loss *loss, const lnt_loss_row *row)                                \
    {                                                                                              \
        const REAL *o = row->output, *v = row->direction;                                          \
        REAL *hv = row->gradient;                                                                  \
        const char *t = row->target;                                                               \
        const ptrdiff_t t_step = row->target_step * lnt_loss_size(row->target_dtype);              \
        for (size_t j = 0; j < row->cols; j++, t += t_step) {                                      \
            const double second = bend(loss, (double) o[(ptrdiff_t) j * row->output_step],         \
                                       lnt_loss_read(row->target_dtype, t));                       \
            hv[(ptrdiff_t) j * row->gradient_step] =                                               \
                (REAL) (row->factor * second * (double) v[(ptrdiff_t) j * row->direction_step]);   \
        }                                                                                          \
    }

/** −1, 0 or 1; NaN of NaN. */
static inline double lnt_loss_sign(double x)
{
    return x > 0 ? 1 : x < 0 ? -1 : x;
}

#endif
