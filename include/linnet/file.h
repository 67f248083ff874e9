/* SPDX-License-Identifier: MIT */
#ifndef LINNET_FILE_H
#define LINNET_FILE_H

#include <linnet/export.h>
#include <linnet/status.h>
#include <stdbool.h>
#include <stddef.h>

LNT_BEGIN_DECLS

/* Files that appear whole or not at all. */

/**
 * Writes a file whole or not at all: beside its place, synced, renamed. A file that stood there
 * stays until then; links are followed. A file that may not be written is not replaced
 * (`LNT_ERR_IO`), although its folder may allow it. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_file_write(const char *path, const void *data, size_t bytes,
                                                 lnt_error *error);

/**
 * Finds out whether `lnt_file_write`, and every other function that saves a file, could write
 * `path` now, by the same first steps: it creates the temporary file beside it and removes it.
 * `LNT_ERR_IO` with the reason if not. The file itself is not touched. Thread-safe.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_file_check_writable(const char *path, lnt_error *error);

/**
 * Whether two paths are one file, symbolic links followed. Files that exist are compared by device
 * and inode, so that hard links are one file; paths where no file is yet by their folder and the
 * name in it. False if it cannot be found out. Thread-safe.
 */
LNT_API bool lnt_file_same(const char *a, const char *b);

/** A file that is being written, and that appears whole or not at all. One thread at a time. */
typedef struct lnt_file_writer lnt_file_writer;

/**
 * Opens a file for writing as `lnt_file_write` does, for a program that writes it in parts. The
 * caller ends it by `lnt_file_writer_commit` or `lnt_file_writer_discard`; `path` is borrowed until
 * then. On failure `*writer` is NULL: `LNT_ERR_NULL`, `LNT_ERR_MEMORY`, and `LNT_ERR_IO` as for
 * `lnt_file_check_writable`. Two writers of one path do not disturb each other; the file that is
 * committed last stays.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_file_writer_open(lnt_file_writer **writer, const char *path,
                                                       lnt_error *error);
/** The descriptor to write to, -1 for NULL. It belongs to the writer: write to it, but do not close
 * it. */
LNT_API int lnt_file_writer_descriptor(const lnt_file_writer *writer);
/**
 * Puts the file in its place, and frees the writer, also on failure: `LNT_ERR_NULL`, or
 * `LNT_ERR_IO` if the file cannot be synced, renamed or closed. If only the sync of the folder
 * fails, the new file is already in its place, but may be lost if the machine stops.
 */
LNT_API LNT_MUST_CHECK lnt_status lnt_file_writer_commit(lnt_file_writer *writer, lnt_error *error);
/** Removes what was written and frees the writer; NULL is fine. */
LNT_API void lnt_file_writer_discard(lnt_file_writer *writer);

LNT_END_DECLS

#endif
