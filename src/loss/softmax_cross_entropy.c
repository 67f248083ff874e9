/* SPDX-License-Identifier: MIT */
#include "loss/loss.h"
#include "loss/softmax.h"

#include <math.h>

/*
 * With a_j = class_weight_j·((1 − s)·y_j + s/classes) and m the row's maximum: the loss
 * Σ_j a_j·(log Σ_k e^(o_k − m) − (o_j − m)), and the gradient factor·((Σ a)·softmax(o)_j − a_j).
 * Smoothing aside, a label has one a_j that is not 0. An a_j of 0 counts for nothing even at
 * o_j = −∞.
 */
typedef struct shares {
    const lnt_loss_row *row;
    const double *class_weights;
    double keep, even; /* 1 − s, s/classes */
    size_t label;      /* the row's columns, if it has none */
    double at_label;   /* its a_j */
    bool dense;        /* other a_j may not be 0 */
} shares;

static shares shares_of(const lnt_loss *loss, const lnt_loss_row *row)
{
    shares s = {.row = row,
                .class_weights = loss->class_weights,
                .keep = 1 - loss->label_smoothing,
                .even = loss->label_smoothing / (double) row->cols,
                .label = row->cols};
    if (row->label) {
        s.label = (size_t) lnt_loss_read(row->target_dtype, row->target);
        s.at_label = (s.keep + s.even) * (s.class_weights != NULL ? s.class_weights[s.label] : 1);
    }
    s.dense = !row->label || s.even > 0;
    return s;
}

/* Each logit is read before its place in g is written, since g may be o. */
#define ROW(name, share, largest, REAL, exp_)                                                      \
    static inline double share(const shares *s, size_t j)                                          \
    {                                                                                              \
        const REAL *t = s->row->target;                                                            \
        const double y =                                                                           \
            s->row->label ? j == s->label : (double) t[(ptrdiff_t) j * s->row->target_step];       \
        const double a = s->keep * y + s->even;                                                    \
        return s->class_weights != NULL ? s->class_weights[j] * a : a;                             \
    }                                                                                              \
                                                                                                   \
    static double name(const lnt_loss *loss, const lnt_loss_row *row)                              \
    {                                                                                              \
        const shares s = shares_of(loss, row);                                                     \
        const size_t n = row->cols;                                                                \
        const ptrdiff_t o_step = row->output_step, g_step = row->gradient_step;                    \
        const REAL *o = row->output;                                                               \
        REAL *g = row->gradient;                                                                   \
        const REAL m = largest(n, o, o_step);                                                      \
        double sum = 0, total = 0, inner = 0;                                                      \
        if (!s.dense) {                                                                            \
            const REAL z = o[(ptrdiff_t) s.label * o_step] - m;                                    \
            total = s.at_label;                                                                    \
            inner = total == 0 ? 0 : total * (double) z;                                           \
        }                                                                                          \
        for (size_t j = 0; j < n; j++) {                                                           \
            const REAL z = o[(ptrdiff_t) j * o_step] - m;                                          \
            const REAL e = exp_(z);                                                                \
            sum += (double) e;                                                                     \
            if (s.dense) {                                                                         \
                const double a = share(&s, j);                                                     \
                inner += a == 0 ? 0 : a * (double) z;                                              \
                total += a;                                                                        \
            }                                                                                      \
            if (g != NULL) {                                                                       \
                g[(ptrdiff_t) j * g_step] = e;                                                     \
            }                                                                                      \
        }                                                                                          \
        const double scale = row->factor * total / sum;                                            \
        for (size_t j = 0; g != NULL && j < n; j++) {                                              \
            const double a = s.dense ? share(&s, j) : j == s.label ? s.at_label : 0;               \
            REAL *place = g + (ptrdiff_t) j * g_step;                                              \
            *place = (REAL) (scale * (double) *place - row->factor * a);                           \
        }                                                                                          \
        return total * log(sum) - inner;                                                           \
    }

ROW(row_f32, share_f32, lnt_largest_f32, float, expf)
ROW(row_f64, share_f64, lnt_largest_f64, double, exp)
#undef ROW

/* (Σ a)·(diag(p) − p·pᵀ)·v, p = softmax(o), without p in memory. */
#define CURVE(name, share, largest, REAL)                                                          \
    static void name(const lnt_loss *loss, const lnt_loss_row *row)                                \
    {                                                                                              \
        const shares s = shares_of(loss, row);                                                     \
        const REAL *o = row->output, *v = row->direction;                                          \
        REAL *hv = row->gradient;                                                                  \
        const double m = (double) largest(row->cols, o, row->output_step);                         \
        double sum = 0, total = s.dense ? 0 : s.at_label, mean = 0;                                \
        for (size_t j = 0; j < row->cols; j++) {                                                   \
            const double e = exp((double) o[(ptrdiff_t) j * row->output_step] - m);                \
            sum += e;                                                                              \
            mean += e * (double) v[(ptrdiff_t) j * row->direction_step];                           \
            total += s.dense ? share(&s, j) : 0;                                                   \
        }                                                                                          \
        mean /= sum;                                                                               \
        for (size_t j = 0; j < row->cols; j++) {                                                   \
            const double p = exp((double) o[(ptrdiff_t) j * row->output_step] - m) / sum;          \
            const double apart = (double) v[(ptrdiff_t) j * row->direction_step] - mean;           \
            hv[(ptrdiff_t) j * row->gradient_step] = (REAL) (row->factor * total * p * apart);     \
        }                                                                                          \
    }

CURVE(curve_f32, share_f32, lnt_largest_f32, float)
CURVE(curve_f64, share_f64, lnt_largest_f64, double)
#undef CURVE

const lnt_loss_ops lnt_loss_softmax_cross_entropy = {
    .name = "softmax_cross_entropy",
    .form = LNT_LOSS_BY_CLASS,
    .classification = true,
    .parameter = LNT_FRACTION_FIELD(lnt_loss, label_smoothing),
    .kernels = {row_f32, row_f64},
    .curves = {curve_f32, curve_f64}};
