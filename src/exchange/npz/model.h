/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_NPZ_MODEL_H
#define LINNET_EXCHANGE_NPZ_MODEL_H

/**
 * A model as an .npz archive: an array for each tensor, with the names, shapes and dtypes of model
 * files, and an array of bytes, u1, with the metadata of such a file as JSON.
 */
#define LNT_NPZ_DESCRIPTION "linnet.json"

#include <linnet/io.h>
#include <stdbool.h>

/** As `lnt_npz_import`. */
lnt_status lnt_npz_load(lnt_model *model, const char *path, bool allow_nonfinite,
                        const lnt_allocator *allocator, lnt_error *error);

#endif
