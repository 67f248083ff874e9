/* SPDX-License-Identifier: MIT */
#include "base/files/file_location.h"

#include <errno.h>
#include <fcntl.h>
#include <linnet/file.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_LINKS 40

int lnt_open_at(int folder, const char *name, int flags, unsigned mode)
{
    int fd;
    do {
        fd = openat(folder, name, flags | O_CLOEXEC, mode);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

void lnt_file_location_close(lnt_file_location *location)
{
    if (location->directory >= 0) {
        (void) close(location->directory);
        location->directory = -1;
    }
}

/* Goes from location->directory to the folder of `path` and keeps its last part. 0 or an errno. */
static int enter_folder(lnt_file_location *location, char *path)
{
    char *slash = strrchr(path, '/');
    const char *folder = slash == NULL ? "." : slash == path ? "/" : path;
    const char *name = slash != NULL ? slash + 1 : path;
    const size_t length = strlen(name);
    if (*path == '\0' || length > NAME_MAX) {
        return *path == '\0' ? ENOENT : ENAMETOOLONG;
    }
    /* "folder/" is the folder itself */
    memcpy(location->name, length > 0 ? name : ".", length > 0 ? length + 1 : sizeof ".");
    if (slash != NULL) {
        *slash = '\0';
    }
    const int from = location->directory >= 0 ? location->directory : AT_FDCWD;
    const int fd = lnt_open_at(from, folder, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0) {
        return errno;
    }
    lnt_file_location_close(location);
    location->directory = fd;
    return 0;
}

static int follow(lnt_file_location *location, const char *path)
{
    char target[PATH_MAX];
    size_t length = strlen(path);
    if (length >= sizeof target) {
        return ENAMETOOLONG;
    }
    memcpy(target, path, length + 1);
    for (int links = 0; links <= MAX_LINKS; links++) {
        const int code = enter_folder(location, target);
        if (code != 0) {
            return code;
        }
        const ssize_t n =
            readlinkat(location->directory, location->name, target, sizeof target - 1);
        if (n < 0) {
            return errno == EINVAL || errno == ENOENT ? 0 : errno;
        }
        length = (size_t) n;
        target[length] = '\0';
    }
    return ELOOP;
}

int lnt_file_locate(lnt_file_location *location, const char *path)
{
    location->directory = -1;
    const int code = follow(location, path);
    if (code != 0) {
        lnt_file_location_close(location);
    }
    return code;
}

static bool same_inode(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Of two paths where there is no file yet. */
static bool same_location(const char *a, const char *b)
{
    lnt_file_location first, second;
    struct stat one, other;
    if (lnt_file_locate(&first, a) != 0) {
        return false;
    }
    bool same = lnt_file_locate(&second, b) == 0;
    if (same) {
        same = fstat(first.directory, &one) == 0 && fstat(second.directory, &other) == 0 &&
               same_inode(&one, &other) && strcmp(first.name, second.name) == 0;
        lnt_file_location_close(&second);
    }
    lnt_file_location_close(&first);
    return same;
}

bool lnt_file_same(const char *a, const char *b)
{
    struct stat one, other;
    if (a == NULL || b == NULL) {
        return false;
    }
    const bool there = stat(a, &one) == 0, other_there = stat(b, &other) == 0;
    if (there && other_there) {
        return same_inode(&one, &other);
    }
    return there == other_there && same_location(a, b);
}
