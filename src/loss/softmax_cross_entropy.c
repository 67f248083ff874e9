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

#define TEMPLATE "loss/softmax_cross_entropy.inc"
#include "base/precision/both.inc"

const lnt_loss_ops lnt_loss_softmax_cross_entropy = {
    .name = "softmax_cross_entropy",
    .form = LNT_LOSS_BY_CLASS,
    .classification = true,
    .parameter = LNT_FRACTION_FIELD(lnt_loss, label_smoothing),
    .kernels = {row_f32, row_f64},
    .curves = {curve_f32, curve_f64}};
