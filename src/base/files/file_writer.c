/* SPDX-License-Identifier: MIT */
#include "base/files/atomic_file.h"
#include "base/files/file_error.h"

#include <linnet/file.h>
#include <linnet/memory.h>

struct lnt_file_writer {
    lnt_atomic_file file;
};

lnt_status lnt_file_writer_open(lnt_file_writer **writer, const char *path, lnt_error *error)
{
    if (writer == NULL || path == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "file to write: an argument is NULL");
    }
    *writer = NULL;
    lnt_file_writer *opened = lnt_allocate(NULL, 1, sizeof *opened);
    if (opened == NULL) {
        return lnt_file_fail_memory(error, path);
    }
    const lnt_status status = lnt_atomic_open(&opened->file, path, error);
    if (status != LNT_OK) {
        lnt_release(NULL, opened);
        return status;
    }
    *writer = opened;
    return LNT_OK;
}

int lnt_file_writer_descriptor(const lnt_file_writer *writer)
{
    return writer != NULL ? writer->file.fd : -1;
}

lnt_status lnt_file_writer_commit(lnt_file_writer *writer, lnt_error *error)
{
    if (writer == NULL) {
        return lnt_fail(error, LNT_ERR_NULL, "file to write: the writer is NULL");
    }
    const lnt_status status = lnt_atomic_commit(&writer->file, error);
    lnt_release(NULL, writer);
    return status;
}

void lnt_file_writer_discard(lnt_file_writer *writer)
{
    if (writer != NULL) {
        lnt_atomic_abandon(&writer->file);
        lnt_release(NULL, writer);
    }
}
