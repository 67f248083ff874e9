/* SPDX-License-Identifier: MIT */
#ifndef LNT_CLI_WHOLE_FILE_H
#define LNT_CLI_WHOLE_FILE_H

#include <linnet/linnet.h>
#include <stddef.h>

/*
 * Writes a file whole or not at all: beside its place, synced, then renamed. A link is followed,
 * and a file that is replaced hands on its permissions.
 */
lnt_status lnt_cli_write_whole(const char *path, const void *data, size_t bytes, lnt_error *error);

#endif
