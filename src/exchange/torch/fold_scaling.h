/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_TORCH_FOLD_SCALING_H
#define LINNET_EXCHANGE_TORCH_FOLD_SCALING_H

#include <linnet/io.h>

/**
 * Creates a net that computes what the model does with its scalers: with z = (x − o)/s before the
 * first dense layer, w'_ij = w_ij/s_i and b'_j = b_j − Σ_i o_i·w'_ij; with y = z·s + o after the
 * last, w'_ij = w_ij·s_j and b'_j = b_j·s_j + o_j. Computed in double, then rounded to the model's
 * dtype; a layer without a bias gets one. The caller destroys the net. `LNT_ERR_INVALID`, with
 * `path` in the error message, if the layers do not allow it.
 */
lnt_status lnt_fold_scaling(lnt_net **folded, const lnt_model *model, const char *path,
                            lnt_error *error);

#endif
