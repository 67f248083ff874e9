/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_DATA_FORMAT_H
#define LINNET_DATA_DATA_FORMAT_H

#include "data/source/input.h"

#include <linnet/data.h>
#include <stdbool.h>

/** The format of a file that begins with these bytes, or LNT_DATA_AUTO if they do not tell. */
lnt_data_format lnt_format_of_bytes(const char *bytes, size_t size, bool cut);

/** The format that a file's name promises; CSV if it promises none. */
lnt_data_format lnt_format_of_name(const char *path);

/**
 * Sets `*format`, if it is LNT_DATA_AUTO: by the first bytes of the input, which do not lie, and
 * else by the name of the file. Reads nothing.
 */
lnt_status lnt_format_find(lnt_data_format *format, lnt_input *input, const char *path);

#endif
