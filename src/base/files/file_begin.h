/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_FILES_FILE_BEGIN_H
#define LINNET_BASE_FILES_FILE_BEGIN_H

#include <linnet/memory.h>
#include <linnet/status.h>
#include <stddef.h>

/** The first bytes of a file, by which formats are told apart. */
#define LNT_FILE_BEGIN 64

/** Reads up to that many bytes of a regular file. `LNT_ERR_IO`, `LNT_ERR_FORMAT`. */
lnt_status lnt_file_begin(const char *path, unsigned char bytes[LNT_FILE_BEGIN], size_t *size,
                          lnt_error *error);

/**
 * Reads a whole regular file of at most `limit` bytes into a block for the caller to release, a
 * zero behind it.
 */
lnt_status lnt_file_whole(const char *path, size_t limit, char **text, size_t *size,
                          const lnt_allocator *allocator, lnt_error *error);

#endif
