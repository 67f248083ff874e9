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

static lnt_status fail(const lnt_cli_out *out, int code, lnt_error *error)
{
    return lnt_fail(error, LNT_ERR_IO, "%s: cannot be written: %s", out->path, strerror(code));
}

/* A device, a pipe: what is written there cannot be taken back. */
static bool is_replaced(const char *path)
{
    struct stat there;
    return stat(path, &there) != 0 || S_ISREG(there.st_mode);
}

lnt_status lnt_cli_out_open(lnt_cli_out *out, const char *path, lnt_error *error)
{
    *out = (lnt_cli_out){.path = path, .stream = stdout};
    if (path == NULL) {
        return LNT_OK;
    }
    if (!is_replaced(path)) {
        out->stream = fopen(path, "w");
        return out->stream != NULL ? LNT_OK : fail(out, errno, error);
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
        (void) fchmod(fd, permissions_of(place));
        code = fsync(fd) == 0 ? 0 : errno;
    }
    code = fclose(out->stream) != 0 && code == 0 ? errno : code;
    if (out->temporary == NULL) {
        return code;
    }
    if (code == 0 && wanted && rename(out->temporary, place) != 0) {
        code = errno;
    }
    if (code != 0 || !wanted) {
        (void) unlink(out->temporary);
    } else {
        sync_folder(out->temporary);
    }
    return code;
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

lnt_status lnt_cli_write_whole(const char *path, const void *data, size_t bytes, lnt_error *error)
{
    lnt_cli_out out;
    LNT_TRY(lnt_cli_out_open(&out, path, error));
    (void) fwrite(data, 1, bytes, out.stream); /* a failure is found when it is closed */
    return lnt_cli_out_close(&out, LNT_OK, error);
}
