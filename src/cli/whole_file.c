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

#define MAX_TEMPORARIES 1000
#define NUMBERS_MAX 40

/* Those of the file that is there, whose owner may be another, or what any new file gets. */
static void take_permissions(const lnt_cli_out *out, int fd)
{
    if (!out->exists) {
        const mode_t mask = umask(077);
        (void) umask(mask);
        (void) fchmod(fd, 0666u & ~mask);
        return;
    }
    mode_t mode = out->there.st_mode & 0777u;
    if (fchown(fd, out->there.st_uid, out->there.st_gid) != 0 &&
        fchown(fd, (uid_t) -1, out->there.st_gid) != 0) {
        mode &= ~(mode_t) 070; /* another group must not gain what the old one had */
    }
    (void) fchmod(fd, mode);
}

/* The name of a new file beside `path`, opened; -1 with errno, or with no memory for the name. */
static int open_beside(const char *path, char **name)
{
    const char *slash = strrchr(path, '/');
    const int folder = slash == NULL ? 0 : (int) (slash - path) + 1;
    const size_t size = (size_t) folder + sizeof ".linnet-" + NUMBERS_MAX;
    *name = malloc(size);
    if (*name == NULL) {
        errno = ENOMEM;
        return -1;
    }
    int fd = -1;
    for (int i = 0; fd < 0 && i < MAX_TEMPORARIES; i++) {
        (void) snprintf(*name, size, "%.*s.linnet-%ld.%d", folder, path, (long) getpid(), i);
        do {
            fd = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        } while (fd < 0 && errno == EINTR);
        if (fd < 0 && errno != EEXIST) {
            break;
        }
    }
    return fd;
}

static int synced(int fd)
{
    int result;
    do {
        result = fsync(fd);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : errno;
}

static int renamed(const char *from, const char *to)
{
    int result;
    do {
        result = rename(from, to);
    } while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : errno;
}

/* The rename lasts only when the folder is on the disk. Some file systems cannot sync one. */
static int sync_folder(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash != NULL) {
        slash[slash == path ? 1 : 0] = '\0';
    }
    const int fd = open(slash == NULL ? "." : path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return errno;
    }
    const int code = synced(fd);
    (void) close(fd);
    return code == EINVAL || code == ENOTSUP ? 0 : code;
}

static lnt_status fail(const lnt_cli_out *out, int code, lnt_error *error)
{
    return lnt_fail(error, LNT_ERR_IO, "%s: cannot be written: %s", out->path, strerror(code));
}

bool lnt_cli_out_is_whole(const char *path)
{
    struct stat there;
    return path != NULL && (stat(path, &there) != 0 || S_ISREG(there.st_mode));
}

lnt_status lnt_cli_out_open(lnt_cli_out *out, const char *path, lnt_error *error)
{
    *out = (lnt_cli_out){.path = path, .stream = stdout};
    if (path == NULL) {
        return LNT_OK;
    }
    out->exists = fstatat(AT_FDCWD, path, &out->there, 0) == 0;
    if (!out->exists && errno != ENOENT) { /* its permissions would be lost */
        return fail(out, errno, error);
    }
    if (out->exists && !S_ISREG(out->there.st_mode)) {
        out->stream = fopen(path, "w");
        return out->stream != NULL ? LNT_OK : fail(out, errno, error);
    }
    if (out->exists && access(path, W_OK) != 0) {
        return fail(out, errno, error);
    }
    out->target = realpath(path, NULL);
    const int fd = open_beside(out->target != NULL ? out->target : path, &out->temporary);
    out->stream = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (out->stream != NULL) {
        return LNT_OK;
    }
    const int code = errno;
    if (fd >= 0) {
        (void) close(fd);
        (void) unlink(out->temporary);
    }
    free(out->temporary);
    free(out->target);
    return fail(out, code, error);
}

/* Puts the file into its place; 0 or an errno. */
static int commit(lnt_cli_out *out, bool wanted)
{
    const char *place = out->target != NULL ? out->target : out->path;
    const int fd = fileno(out->stream);
    int code = fflush(out->stream) != 0 || ferror(out->stream) != 0 ? errno : 0;
    if (out->temporary != NULL && code == 0 && wanted) {
        take_permissions(out, fd);
        code = synced(fd);
    }
    if (fclose(out->stream) != 0 && errno != EINTR && code == 0) {
        code = errno;
    }
    if (out->temporary == NULL) {
        return code;
    }
    if (code == 0 && wanted) {
        code = renamed(out->temporary, place);
    }
    if (code != 0 || !wanted) {
        (void) unlink(out->temporary);
        return code;
    }
    return sync_folder(out->temporary);
}

lnt_status lnt_cli_out_close(lnt_cli_out *out, lnt_status status, lnt_error *error)
{
    if (out->path == NULL) {
        return status;
    }
    const int code = commit(out, status == LNT_OK);
    free(out->temporary);
    free(out->target);
    return status != LNT_OK || code == 0 ? status : fail(out, code, error);
}
