/* SPDX-License-Identifier: MIT */
#include "base/files/file_begin.h"

#include "base/files/file_error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

/* O_NONBLOCK: opening a pipe must not wait for somebody to write to it. */
static lnt_status open_regular(const char *path, int *fd, uintmax_t *size, lnt_error *error)
{
    do {
        *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    } while (*fd < 0 && errno == EINTR);
    if (*fd < 0) {
        return lnt_file_fail_errno(error, path, "open", errno);
    }
    struct stat found;
    lnt_status status = LNT_OK;
    if (fstat(*fd, &found) != 0) {
        status = lnt_file_fail_errno(error, path, "open", errno);
    } else if (S_ISDIR(found.st_mode)) {
        status = lnt_file_fail(error, LNT_ERR_IO, path, "expected a file, found a folder");
    } else if (!S_ISREG(found.st_mode)) {
        status = lnt_file_fail(error, LNT_ERR_FORMAT, path,
                               "expected a regular file, found a device or pipe");
    } else {
        *size = (uintmax_t) found.st_size;
    }
    if (status != LNT_OK) {
        (void) close(*fd);
    }
    return status;
}

static lnt_status read_up_to(int fd, const char *path, void *bytes, size_t limit, size_t *size,
                             lnt_error *error)
{
    *size = 0;
    while (*size < limit) {
        const ssize_t n = read(fd, (char *) bytes + *size, limit - *size);
        if (n < 0 && errno != EINTR) {
            return lnt_file_fail_errno(error, path, "read", errno);
        }
        if (n == 0) {
            break;
        }
        *size += n > 0 ? (size_t) n : 0;
    }
    return LNT_OK;
}

lnt_status lnt_file_begin(const char *path, unsigned char bytes[LNT_FILE_BEGIN], size_t *size,
                          lnt_error *error)
{
    int fd;
    uintmax_t all;
    LNT_TRY(open_regular(path, &fd, &all, error));
    const lnt_status status = read_up_to(fd, path, bytes, LNT_FILE_BEGIN, size, error);
    (void) close(fd);
    return status;
}

lnt_status lnt_file_whole(const char *path, size_t limit, char **text, size_t *size,
                          const lnt_allocator *allocator, lnt_error *error)
{
    int fd;
    uintmax_t all;
    *text = NULL;
    LNT_TRY(open_regular(path, &fd, &all, error));
    lnt_status status = LNT_OK;
    if (all > limit) {
        status = lnt_file_fail(error, LNT_ERR_TOO_LARGE, path,
                               "has %ju bytes; at most %zu are allowed", all, limit);
    } else {
        *text = lnt_allocate(allocator, (size_t) all + 1, 1);
        status = *text != NULL ? read_up_to(fd, path, *text, (size_t) all, size, error)
                               : lnt_file_fail_memory(error, path);
    }
    (void) close(fd);
    if (status != LNT_OK) {
        lnt_release(allocator, *text);
        *text = NULL;
    }
    return status;
}
