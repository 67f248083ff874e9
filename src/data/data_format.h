/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_DATA_FORMAT_H
#define LINNET_DATA_DATA_FORMAT_H

#include "data/input/input.h"

#include <linnet/data.h>
#include <stdbool.h>

/**
 * The format of a file that begins with these bytes; LNT_DATA_AUTO if it is unknown. `cut`: the
 * file has more bytes.
 */
lnt_data_format lnt_format_from_bytes(const char *bytes, size_t size, bool cut);

/** The format of a file by its name; CSV if the name has no known ending. */
lnt_data_format lnt_format_from_name(const char *path);

/**
 * Sets `*format`, if it is LNT_DATA_AUTO, by the first bytes of the input, or else by the name of
 * the file. Consumes no bytes.
 */
lnt_status lnt_format_resolve(lnt_data_format *format, lnt_input *input, const char *path);

#endif
