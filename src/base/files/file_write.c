/* SPDX-License-Identifier: MIT */
#include "base/files/atomic_file.h"

#include <linnet/file.h>

lnt_status lnt_file_write(const char *path, const void *data, size_t bytes, lnt_error *error)
{
    if (path == NULL || (data == NULL && bytes > 0)) {
        return lnt_fail(error, LNT_ERR_NULL, "path and data are required");
    }
    lnt_atomic_file file;
    LNT_TRY(lnt_atomic_open(&file, path, error));
    LNT_TRY(lnt_atomic_write(&file, data, bytes, error));
    return lnt_atomic_commit(&file, error);
}

lnt_status lnt_file_check_writable(const char *path, lnt_error *error)
{
    if (path == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "a path is required");
    }
    lnt_atomic_file file;
    LNT_TRY(lnt_atomic_open(&file, path, error));
    lnt_atomic_abandon(&file);
    return LNT_OK;
}
