/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_READERS_H
#define LINNET_DATA_READERS_H

#include "data/source/input.h"
#include <linnet/data.h>

/**
 * Readers of one format each, from an open input, with options that are checked. `*frame` is
 * written on success only.
 */
lnt_status lnt_npy_read_input(lnt_frame **frame, lnt_input *input, const lnt_csv_options *options);

/** Also one that is packed by gzip. */
lnt_status lnt_idx_read_input(lnt_frame **frame, lnt_input *input, const lnt_csv_options *options);

lnt_status lnt_libsvm_read_input(lnt_frame **frame, lnt_input *input,
                                 const lnt_csv_options *options);

/** All arrays of the archive, or, unless it is NULL, the one called `member`. */
lnt_status lnt_npz_read_input(lnt_frame **frame, lnt_input *input, const char *member,
                              const lnt_csv_options *options);

/**
 * Whether the text begins like libsvm's: a number, then index:value pairs. Behind it must be a
 * byte; `cut` if the file has more.
 */
bool lnt_libsvm_is(const char *text, size_t size, bool cut);

/** The format of a file that begins with these bytes, or LNT_DATA_AUTO if they do not tell. */
lnt_data_format lnt_format_of_bytes(const char *bytes, size_t size, bool cut);

/** The format that a file's name promises; CSV if it promises none. */
lnt_data_format lnt_format_of_name(const char *path);

#endif
