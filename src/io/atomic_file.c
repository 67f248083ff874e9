/* SPDX-License-Identifier: MIT */
#include "io/atomic_file.h"

#include "io/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_LINKS 40
#define MAX_TEMPORARIES 1000
#define NAME_KEPT 200                   /* bytes of the name in the temporary one */
#define WRITE_CHUNK ((size_t) 1 << 30u) /* below the limit of one write on every system */

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        (void) close(*fd);
        *fd = -1;
    }
}

static lnt_status fail_errno(lnt_atomic_file *file, const char *action, int code, lnt_error *error)
{
    lnt_atomic_abandon(file);
    return lnt_file_fail_errno(error, file->path, action, code);
}

static int open_at(int folder, const char *name, int flags, mode_t mode)
{
    int fd;
    do {
        fd = openat(folder, name, flags | O_CLOEXEC, mode);
    } while (fd < 0 && errno == EINTR);
    return fd;
}

/* Goes from file->directory to the folder of `path` and keeps its last part. 0 or an errno. */
static int enter_folder(lnt_atomic_file *file, char *path)
{
    char *slash = strrchr(path, '/');
    const char *folder = slash == NULL ? "." : slash == path ? "/" : path;
    const char *name = slash != NULL ? slash + 1 : path;
    const size_t length = strlen(name);
    if (*path == '\0' || length > NAME_MAX) {
        return *path == '\0' ? ENOENT : ENAMETOOLONG;
    }
    /* "folder/" is the folder itself */
    memcpy(file->name, length > 0 ? name : ".", length > 0 ? length + 1 : sizeof ".");
    if (slash != NULL) {
        *slash = '\0';
    }
    const int from = file->directory >= 0 ? file->directory : AT_FDCWD;
    const int fd = open_at(from, folder, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0) {
        return errno;
    }
    close_fd(&file->directory);
    file->directory = fd;
    return 0;
}

/* Finds the folder and name that `path` stands for, links followed. 0 or an errno. */
static int locate(lnt_atomic_file *file, const char *path)
{
    char target[PATH_MAX];
    size_t length = strlen(path);
    if (length >= sizeof target) {
        return ENAMETOOLONG;
    }
    memcpy(target, path, length + 1);
    for (int links = 0; links <= MAX_LINKS; links++) {
        const int code = enter_folder(file, target);
        if (code != 0) {
            return code;
        }
        const ssize_t n = readlinkat(file->directory, file->name, target, sizeof target - 1);
        if (n < 0) {
            return errno == EINVAL || errno == ENOENT ? 0 : errno;
        }
        length = (size_t) n;
        target[length] = '\0';
    }
    return ELOOP;
}

static int create_temporary(lnt_atomic_file *file, mode_t mode)
{
    const int kept = (int) strnlen(file->name, NAME_KEPT);
    for (int i = 0; i < MAX_TEMPORARIES; i++) {
        char suffix[16] = "";
        if (i > 0) {
            (void) snprintf(suffix, sizeof suffix, ".%d", i);
        }
        (void) snprintf(file->temporary, sizeof file->temporary, ".%.*s.tmp.%ld%s", kept,
                        file->name, (long) getpid(), suffix);
        file->fd = open_at(file->directory, file->temporary, O_WRONLY | O_CREAT | O_EXCL, mode);
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

lnt_status lnt_atomic_open(lnt_atomic_file *file, const char *path, lnt_error *error)
{
    *file = (lnt_atomic_file){.path = path, .directory = -1, .fd = -1};
    int code = locate(file, path);
    if (code != 0) {
        return fail_errno(file, "open its folder", code, error);
    }
    struct stat old;
    const bool exists = fstatat(file->directory, file->name, &old, AT_SYMLINK_NOFOLLOW) == 0;
    if (!exists && errno != ENOENT) { /* its permissions would be lost */
        return fail_errno(file, "look at the file that is there", errno, error);
    }
    if (exists && !S_ISREG(old.st_mode)) {
        lnt_atomic_abandon(file);
        return lnt_file_fail(error, LNT_ERR_IO, path, "cannot be replaced: it is %s",
                             S_ISDIR(old.st_mode) ? "a folder" : "not a regular file");
    }
    if (exists && faccessat(file->directory, file->name, W_OK, AT_EACCESS) != 0) {
        return fail_errno(file, "replace it", errno, error);
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
    if (rename_at(file->directory, file->temporary, file->name) != 0) {
        return fail_errno(file, "rename the temporary file to it", errno, error);
    }
    file->temporary[0] = '\0';
    /* EINVAL and ENOTSUP: this file system has no such thing as syncing a folder. */
    if (sync_fd(file->directory) != 0 && errno != EINVAL && errno != ENOTSUP) {
        return fail_errno(file, "write its folder to the disk", errno, error);
    }
    close_fd(&file->directory);
    return LNT_OK;
}

void lnt_atomic_abandon(lnt_atomic_file *file)
{
    close_fd(&file->fd);
    if (file->directory >= 0 && file->temporary[0] != '\0') {
        (void) unlinkat(file->directory, file->temporary, 0);
    }
    file->temporary[0] = '\0';
    close_fd(&file->directory);
}
