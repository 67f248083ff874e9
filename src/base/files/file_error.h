/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_FILES_FILE_ERROR_H
#define LINNET_BASE_FILES_FILE_ERROR_H

#include <linnet/status.h>
#include <linnet/text.h>
#include <stddef.h>

/** Sentences about files. All are thread-safe. */

/** Fails with "PATH: sentence"; of a very long path only the end is shown. Returns `status`. */
lnt_status lnt_file_fail(lnt_error *error, lnt_status status, const char *path, const char *format,
                         ...) LNT_PRINTF(4, 5);

/** Fails with `LNT_ERR_IO` and "PATH: cannot ACTION: the system's words for `code`". */
lnt_status lnt_file_fail_errno(lnt_error *error, const char *path, const char *action, int code);

/** Fails with `LNT_ERR_MEMORY` and "PATH: out of memory". */
lnt_status lnt_file_fail_memory(lnt_error *error, const char *path);

#define LNT_EXCERPT_LENGTH 64

/** Text from a file for a sentence: escaped by `lnt_escape_character`, the rest cut. */
typedef struct lnt_excerpt {
    char text[LNT_EXCERPT_LENGTH];
} lnt_excerpt;

lnt_excerpt lnt_excerpt_of(const char *text);

#endif
