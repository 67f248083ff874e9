/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DERIVATIVES_DERIVATIVES_H
#define LINNET_DERIVATIVES_DERIVATIVES_H

#include "derivatives/linearization.h"
#include "tensor/view/check.h"

#include <linnet/derivatives.h>

struct lnt_derivatives {
    lnt_owner owner;
    const lnt_net *net;
    const lnt_scaler *inputs;
    const lnt_scaler *targets;
    size_t max_rows;
    bool second;
    bool is_set;
    lnt_dtype dtype;
    lnt_point *point;
    /* Of the batch; in the net's units but y. */
    lnt_tensor x;        /* [rows, inputs] */
    lnt_tensor x_dot;    /* [rows, inputs] */
    lnt_tensor y;        /* [rows, outputs]; without data if there is no scaler */
    lnt_tensor u;        /* [rows, outputs] */
    lnt_tensor u_dot;    /* [rows, outputs]; second */
    lnt_tensor target;   /* [rows, outputs]; if there is a scaler */
    lnt_tensor p_dot;    /* [1, n_parameters] */
    lnt_tensor gradient; /* [1, n_parameters] */
};

/** That a batch was set, and that there is room for second derivatives, if they are needed. */
lnt_status lnt_derivatives_ready(const lnt_derivatives *d, bool second);

/** The shape, dtype and data of an argument. */
lnt_status lnt_derivatives_check(const lnt_derivatives *d, const lnt_tensor *t, size_t rows,
                                 size_t cols);

/** The same of an output, and that it is apart from itself and each of `n` tensors, NULL or not. */
lnt_status lnt_derivatives_check_output(const lnt_derivatives *d, const lnt_tensor *t, size_t rows,
                                        size_t cols, const lnt_tensor *const *others, size_t n);

size_t lnt_derivatives_inputs(const lnt_derivatives *d);
size_t lnt_derivatives_outputs(const lnt_derivatives *d);

/** ∂x_net/∂x of an input, and ∂y/∂y_net of an output; 1 without a scaler. */
double lnt_derivatives_input_slope(const lnt_derivatives *d, size_t j);
double lnt_derivatives_output_slope(const lnt_derivatives *d, size_t k);

/** to = from with columns multiplied by the slopes of inputs, or of outputs. */
lnt_status lnt_derivatives_by_inputs(const lnt_derivatives *d, const lnt_tensor *from,
                                     lnt_tensor *to);
lnt_status lnt_derivatives_by_outputs(const lnt_derivatives *d, const lnt_tensor *from,
                                      lnt_tensor *to);

/** Column j of t becomes `value`, and all others 0. */
lnt_status lnt_derivatives_only_column(lnt_tensor *t, size_t j, double value);

/** to = from + beta·to. */
lnt_status lnt_derivatives_add(const lnt_tensor *from, double beta, lnt_tensor *to);

#endif
