/* SPDX-License-Identifier: MIT */
#ifndef LINNET_UNCERTAINTY_LIKELIHOOD_H
#define LINNET_UNCERTAINTY_LIKELIHOOD_H

#include <linnet/loss.h>

/** A batch of the data. */
typedef struct lnt_laplace_data {
    const lnt_loss *loss;
    lnt_tensor output;  /* [rows, outputs] */
    lnt_tensor meaning; /* likewise, F64: probabilities; unused for squared error */
    lnt_tensor target;
    lnt_tensor weights; /* [rows, 1]; without data: all 1 */
} lnt_laplace_data;

double lnt_laplace_weight(const lnt_laplace_data *data, size_t row);

/**
 * Column k of the root of each row's w·Λ, times σ² for squared error: √w·e_k; √(w·m·p_k)·(e_k − p)
 * of softmax, as diag(√p) − √p·pᵀ is a root of diag(p) − p·pᵀ; √(w·m·p_k·(1 − p_k))·e_k of
 * binary cross-entropy. m is what class weights and smoothing make of the target.
 */
lnt_status lnt_laplace_root(const lnt_laplace_data *data, size_t k, lnt_tensor *seed);

#endif
