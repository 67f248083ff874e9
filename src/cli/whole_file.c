/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* realpath */

#include "whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* 0 or an errno. */
static int write_all(int fd, const char *data, size_t bytes)
{
    while (bytes > 0) {
        const ssize_t written = write(fd, data, bytes < INT_MAX ? bytes : INT_MAX);
        if (written < 0 && errno != EINTR) {
            return errno;
        }
        data += written > 0 ? written : 0;
        bytes -= written > 0 ? (size_t) written : 0;
    }
    return fsync(fd) == 0 ? 0 : errno;
}

/* Those of the file that is there, or what any new file gets. */
static mode_t permissions_of(const char *path)
{
    struct stat there;
    if (stat(path, &there) == 0) {
        return there.st_mode & 0777u;
    }
    const mode_t mask = umask(077);
    (void) umask(mask);
    return 0666u & ~mask;
}

/* The name of a new file beside `path`, opened; -1 with errno, or with no memory for the name. */
static int open_beside(const char *path, char **name)
{
    const char *slash = strrchr(path, '/');
    const size_t folder = slash == NULL ? 0 : (size_t) (slash - path) + 1;
    const size_t size = folder + sizeof ".linnet-XXXXXX";
    *name = malloc(size);
    if (*name == NULL) {
        errno = ENOMEM;
        return -1;
    }
    memcpy(*name, path, folder);
    memcpy(*name + folder, ".linnet-XXXXXX", sizeof ".linnet-XXXXXX");
    return mkstemp(*name);
}

/* The rename lasts only when the folder is on the disk. */
static void sync_folder(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash != NULL) {
        slash[slash == path ? 1 : 0] = '\0';
    }
    const int fd = open(slash == NULL ? "." : path, O_RDONLY | O_DIRECTORY);
    if (fd >= 0) {
        (void) fsync(fd);
        (void) close(fd);
    }
}

/* 0 or an errno. */
static int replace(const char *path, const void *data, size_t bytes)
{
    char *temporary = NULL;
    const int fd = open_beside(path, &temporary);
    int code = fd < 0 ? errno : write_all(fd, data, bytes);
    if (fd >= 0) {
        (void) fchmod(fd, permissions_of(path));
        code = close(fd) != 0 && code == 0 ? errno : code;
        code = code == 0 && rename(temporary, path) != 0 ? errno : code;
        if (code != 0) {
            (void) unlink(temporary);
        } else {
            sync_folder(temporary);
        }
    }
    free(temporary);
    return code;
}

lnt_status lnt_cli_write_whole(const char *path, const void *data, size_t bytes, lnt_error *error)
{
    char *target = realpath(path, NULL);
    const int code = replace(target != NULL ? target : path, data, bytes);
    free(target);
    return code == 0
               ? LNT_OK
               : lnt_fail(error, LNT_ERR_IO, "%s: cannot be written: %s", path, strerror(code));
}
