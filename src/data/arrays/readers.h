/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_ARRAYS_READERS_H
#define LINNET_DATA_ARRAYS_READERS_H

#include "data/source/input.h"

#include <linnet/data.h>

/**
 * Readers of one format each, from an open input, with options that are checked. `*frame` is
 * written on success only.
 */
lnt_status lnt_npy_read_input(lnt_frame **frame, lnt_input *input, const lnt_read_options *options);

/** Also one that is packed by gzip. */
lnt_status lnt_idx_read_input(lnt_frame **frame, lnt_input *input, const lnt_read_options *options);

/** All arrays of the archive, or, unless it is NULL, the one called `member`. */
lnt_status lnt_npz_read_input(lnt_frame **frame, lnt_input *input, const char *member,
                              const lnt_read_options *options);

#endif
