/* SPDX-License-Identifier: MIT */
#ifndef LINNET_BASE_FILES_FILE_LOCATION_H
#define LINNET_BASE_FILES_FILE_LOCATION_H

#include <limits.h>

/** The folder and the name of a file that may not exist yet, symbolic links followed. */
typedef struct lnt_file_location {
    int directory; /* a descriptor; -1: none */
    char name[NAME_MAX + 1];
} lnt_file_location;

/** Finds the location of `path`. 0 or an errno; then nothing is open. */
int lnt_file_locate(lnt_file_location *location, const char *path);

/** Closes the folder; fine after a failure or a second time. */
void lnt_file_location_close(lnt_file_location *location);

/** `openat` with O_CLOEXEC, repeated after an interrupt. */
int lnt_open_at(int folder, const char *name, int flags, unsigned mode);

#endif
