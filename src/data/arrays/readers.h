/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_ARRAYS_READERS_H
#define LINNET_DATA_ARRAYS_READERS_H

#include "data/input/input.h"

#include <linnet/data.h>

/**
 * Readers, one for each format. They read an open input with checked options. `*frame` is written
 * on success only.
 */
lnt_status lnt_npy_read_input(lnt_frame **frame, lnt_input *input, const lnt_read_options *options);

/** Also reads gzip-compressed files. */
lnt_status lnt_idx_read_input(lnt_frame **frame, lnt_input *input, const lnt_read_options *options);

/** All arrays of the archive, or only the one named `entry` if that is not NULL. */
lnt_status lnt_npz_read_input(lnt_frame **frame, lnt_input *input, const char *entry,
                              const lnt_read_options *options);

#endif
