/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_TORCH_FOLD_SCALING_H
#define LINNET_EXCHANGE_TORCH_FOLD_SCALING_H

#include <linnet/io.h>

/**
 * A net that does what the model does, scalers and all: with z = (x − o)/s before the first dense
 * layer, w'_ij = w_ij/s_i and b'_j = b_j − Σ_i o_i·w'_ij; with y = z·s + o behind the last,
 * w'_ij = w_ij·s_j and b'_j = b_j·s_j + o_j. In double, then rounded to the model's dtype; a layer
 * without a bias gets one. The caller destroys it. `LNT_ERR_INVALID`, with a sentence that names
 * `path`, where the layers do not allow it.
 */
lnt_status lnt_fold_scaling(lnt_net **folded, const lnt_model *model, const char *path,
                            lnt_error *error);

#endif
