/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_DATA_FORMAT_H
#define LINNET_DATA_DATA_FORMAT_H

#include <linnet/data.h>
#include <stdbool.h>

/** The format of a file that begins with these bytes, or LNT_DATA_AUTO if they do not tell. */
lnt_data_format lnt_format_of_bytes(const char *bytes, size_t size, bool cut);

/** The format that a file's name promises; CSV if it promises none. */
lnt_data_format lnt_format_of_name(const char *path);

#endif
