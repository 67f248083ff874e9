/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_FILES_FILE_ERROR_H
#define LINNET_BASE_FILES_FILE_ERROR_H

#include "base/text/quote.h"

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

#endif
