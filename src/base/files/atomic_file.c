/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* S_ISVTX */

#include "base/files/atomic_file.h"

#include "base/files/file_error.h"
#include "base/files/temporary_name.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WRITE_CHUNK ((size_t) 1 << 30u) /* below the limit of one write on every system */

static lnt_status fail_errno(lnt_atomic_file *file, const char *action, int code, lnt_error *error)
{
    lnt_atomic_abandon(file);
    return lnt_file_fail_errno(error, file->path, action, code);
}

static int create_temporary(lnt_atomic_file *file, mode_t mode)
{
    for (int i = 0; i < LNT_TEMPORARIES_MAX; i++) {
        lnt_temporary_name(file->temporary, file->location.name, (long) getpid(), i);
        file->fd = lnt_open_at(file->location.directory, file->temporary,
                               O_WRONLY | O_CREAT | O_EXCL, mode);
        if (file->fd >= 0) {
            return 0;
        }
        if (errno != EEXIST) {
            break;
        }
    }
    file->temporary[0] = '\0'; /* whatever has that name is not ours to remove */
    return errno;
}

/* File systems without owners or modes refuse; the file then keeps the narrow mode it has. */
static void keep_permissions(int fd, const struct stat *old)
{
    mode_t mode = old->st_mode & 0777u;
    if (fchown(fd, old->st_uid, old->st_gid) != 0 && fchown(fd, (uid_t) -1, old->st_gid) != 0) {
        mode &= ~(mode_t) 070; /* another group must not gain what the old one had */
    }
    (void) fchmod(fd, mode);
}

/* In a folder with the sticky bit only the owners of file and folder may rename over the file. */
static bool is_protected(const lnt_atomic_file *file, const struct stat *old)
{
    struct stat folder;
    const uid_t user = geteuid();
    return user != 0 && old->st_uid != user && fstat(file->location.directory, &folder) == 0 &&
           (folder.st_mode & S_ISVTX) != 0 && folder.st_uid != user;
}

/* Whether the file that is there may be replaced. */
static lnt_status check_old(lnt_atomic_file *file, const struct stat *old, lnt_error *error)
{
    const lnt_file_location *location = &file->location;
    if (!S_ISREG(old->st_mode)) {
        lnt_atomic_abandon(file);
        return lnt_file_fail(error, LNT_ERR_IO, file->path, "cannot be replaced: it is %s",
                             S_ISDIR(old->st_mode) ? "a folder" : "not a regular file");
    }
    if (faccessat(location->directory, location->name, W_OK, AT_EACCESS) != 0) {
        return fail_errno(file, "replace it", errno, error);
    }
    return is_protected(file, old) ? fail_errno(file, "replace it", EPERM, error) : LNT_OK;
}

/* What could not be done with a path that could not be followed. */
static const char *what_failed(const char *path, int code)
{
    struct stat there;
    if (code == ENAMETOOLONG || code == ELOOP) {
        return "write it";
    }
    return lstat(path, &there) == 0 && S_ISLNK(there.st_mode)
               ? "open the folder of the file that it links to"
               : "open its folder";
}

lnt_status lnt_atomic_open(lnt_atomic_file *file, const char *path, lnt_error *error)
{
    *file = (lnt_atomic_file){.path = path, .fd = -1};
    int code = lnt_file_locate(&file->location, path);
    if (code != 0) {
        return fail_errno(file, what_failed(path, code), code, error);
    }
    struct stat old;
    const bool exists =
        fstatat(file->location.directory, file->location.name, &old, AT_SYMLINK_NOFOLLOW) == 0;
    if (!exists && errno != ENOENT) { /* its permissions would be lost */
        return fail_errno(file, "look at the file that is there", errno, error);
    }
    if (exists) {
        LNT_TRY(check_old(file, &old, error));
    }
    code = create_temporary(file, exists ? 0600 : 0666);
    if (code != 0) {
        return fail_errno(file, "create a temporary file beside it", code, error);
    }
    if (exists) {
        keep_permissions(file->fd, &old);
    }
    return LNT_OK;
}

lnt_status lnt_atomic_write(lnt_atomic_file *file, const void *data, size_t bytes, lnt_error *error)
{
    const char *next = data;
    while (bytes > 0) {
        const ssize_t n = write(file->fd, next, bytes < WRITE_CHUNK ? bytes : WRITE_CHUNK);
        if (n == 0 || (n < 0 && errno != EINTR)) {
            return fail_errno(file, "write", n == 0 ? EIO : errno, error);
        }
        if (n > 0) {
            next += n;
            bytes -= (size_t) n;
        }
    }
    return LNT_OK;
}

static int sync_fd(int fd)
{
    int result;
    do {
        result = fsync(fd);
    } while (result != 0 && errno == EINTR);
    return result;
}

/* File systems behind a network or a process may be interrupted here, too. */
static int rename_at(int folder, const char *from, const char *to)
{
    int result;
    do {
        result = renameat(folder, from, folder, to);
    } while (result != 0 && errno == EINTR);
    return result;
}

lnt_status lnt_atomic_commit(lnt_atomic_file *file, lnt_error *error)
{
    if (sync_fd(file->fd) != 0) {
        return fail_errno(file, "write to the disk", errno, error);
    }
    const int fd = file->fd;
    file->fd = -1; /* whatever close says, the descriptor is gone */
    if (close(fd) != 0 && errno != EINTR) {
        return fail_errno(file, "close", errno, error);
    }
    const lnt_file_location *location = &file->location;
    if (rename_at(location->directory, file->temporary, location->name) != 0) {
        return fail_errno(file, "rename the temporary file to it", errno, error);
    }
    file->temporary[0] = '\0';
    /* EINVAL and ENOTSUP: this file system has no such thing as syncing a folder. */
    if (sync_fd(location->directory) != 0 && errno != EINVAL && errno != ENOTSUP) {
        return fail_errno(file, "write its folder to the disk", errno, error);
    }
    lnt_file_location_close(&file->location);
    return LNT_OK;
}

void lnt_atomic_abandon(lnt_atomic_file *file)
{
    if (file->fd >= 0) {
        (void) close(file->fd);
        file->fd = -1;
    }
    if (file->location.directory >= 0 && file->temporary[0] != '\0') {
        (void) unlinkat(file->location.directory, file->temporary, 0);
    }
    file->temporary[0] = '\0';
    lnt_file_location_close(&file->location);
}
