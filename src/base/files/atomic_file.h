/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_FILES_ATOMIC_FILE_H
#define LINNET_BASE_FILES_ATOMIC_FILE_H

#include "base/files/file_location.h"

#include <limits.h>
#include <linnet/status.h>
#include <stddef.h>

/**
 * A file that appears whole or not at all: written beside its place as ".NAME.tmp.PID", synced, and
 * renamed over it; whatever stood there before stays until then.
 *
 * - A symbolic link keeps pointing where it points: the file behind it is replaced (or made).
 * - An existing file passes its permissions on, and its owner and group where the system allows;
 *   one that may not be written is not replaced, although its folder may allow it; nor is one of
 *   another user in a folder with the sticky bit. A new file has 0666 less the umask.
 * - Only regular files are replaced: not folders, devices or pipes.
 * - The temporary file of a process that died stays behind but is in nobody's way: the next free
 *   name is taken, also by several threads that save to one path (the last rename stays).
 *
 * A function that fails has removed the temporary file. One thread at a time.
 */
typedef struct lnt_atomic_file {
    const char *path; /* for sentences; borrowed */
    lnt_file_location location;
    int fd;
    char temporary[NAME_MAX + 1]; /* its name in the location's folder; "": none */
} lnt_atomic_file;

/** Creates the temporary file; `path` is borrowed until commit or abandon. */
lnt_status lnt_atomic_open(lnt_atomic_file *file, const char *path, lnt_error *error);

/** Appends `bytes` bytes. */
lnt_status lnt_atomic_write(lnt_atomic_file *file, const void *data, size_t bytes,
                            lnt_error *error);

/** Puts the file in its place. If only the last step, syncing the folder, fails, it is there. */
lnt_status lnt_atomic_commit(lnt_atomic_file *file, lnt_error *error);

/** Removes what was written; fine after a failure or a commit. */
void lnt_atomic_abandon(lnt_atomic_file *file);

#endif
