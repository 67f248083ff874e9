/* SPDX-License-Identifier: MIT */
#include "data/input/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static lnt_status io_failure(const lnt_input *input, const char *action)
{
    char reason[128];
    if (strerror_r(errno, reason, sizeof reason) != 0) {
        reason[0] = '\0';
    }
    return lnt_fail(input->error, LNT_ERR_IO, "%s: cannot %s: %s", input->name, action, reason);
}

static lnt_status open_file(lnt_input *input, const char *path)
{
    if (strcmp(path, "-") == 0) {
        input->name = "standard input";
        input->file = STDIN_FILENO;
    } else {
        do {
            input->file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        } while (input->file < 0 && errno == EINTR);
        input->owned = input->file >= 0;
    }
    struct stat status;
    if (input->file < 0 || fstat(input->file, &status) != 0) {
        return io_failure(input, "open");
    }
    if (S_ISDIR(status.st_mode)) {
        return lnt_fail(input->error, LNT_ERR_IO, "%s: expected a file, found a directory",
                        input->name);
    }
    input->start = S_ISREG(status.st_mode) ? lseek(input->file, 0, SEEK_CUR) : -1;
    if (S_ISREG(status.st_mode) && input->start < 0) {
        return io_failure(input, "find the position in");
    }
    input->seekable = input->start >= 0;
    if (input->seekable && status.st_size > input->start) {
        const uintmax_t size = (uintmax_t) (status.st_size - input->start);
        input->size = size < LNT_STREAM_SIZE_UNKNOWN ? (size_t) size : LNT_STREAM_SIZE_UNKNOWN;
    }
    return LNT_OK;
}

lnt_status lnt_input_open(lnt_input *input, const char *path, lnt_error *error)
{
    *input = (lnt_input){.error = error, .name = path, .file = -1};
    const lnt_status status = open_file(input, path);
    if (status != LNT_OK) {
        lnt_input_close(input);
    }
    return status;
}

void lnt_input_close(lnt_input *input)
{
    if (input->owned) {
        close(input->file);
    }
}

/* Reads until `size` bytes are read or the file ends; a read may be short or interrupted. */
static lnt_status read_file(const lnt_input *input, char *to, size_t size, size_t *count)
{
    *count = 0;
    while (*count < size) {
        const ssize_t n = read(input->file, to + *count, size - *count);
        if (n == 0) {
            break;
        }
        if (n > 0) {
            *count += (size_t) n;
        } else if (errno != EINTR) {
            return io_failure(input, "read");
        }
    }
    return LNT_OK;
}

lnt_status lnt_input_read(lnt_input *input, void *to, size_t size, size_t *count)
{
    const size_t left = input->peeked - input->consumed;
    const size_t available = left < size ? left : size;
    memcpy(to, input->begin + input->consumed, available);
    input->consumed += available;
    LNT_TRY(read_file(input, (char *) to + available, size - available, count));
    *count += available;
    return LNT_OK;
}

lnt_status lnt_input_peek(lnt_input *input, const char **bytes, size_t *count)
{
    if (input->peeked == 0) {
        LNT_TRY(read_file(input, input->begin, sizeof input->begin, &input->peeked));
    }
    *bytes = input->begin;
    *count = input->peeked;
    return LNT_OK;
}

static lnt_status seek_to(lnt_input *input, uint64_t offset, const char *action)
{
    if (lseek(input->file, input->start + (off_t) offset, SEEK_SET) < 0) {
        return io_failure(input, action);
    }
    input->peeked = 0;
    input->consumed = 0;
    return LNT_OK;
}

lnt_status lnt_input_rewind(lnt_input *input)
{
    return seek_to(input, 0, "rewind");
}

lnt_status lnt_input_seek(lnt_input *input, uint64_t offset)
{
    return seek_to(input, offset, "go to a row");
}

static lnt_status read_stream(void *context, void *to, size_t size, size_t *count)
{
    return lnt_input_read(context, to, size, count);
}

lnt_stream lnt_input_stream(lnt_input *input)
{
    return (lnt_stream){.name = input->name,
                        .error = input->error,
                        .size = input->seekable ? input->size : LNT_STREAM_SIZE_UNKNOWN,
                        .read = read_stream,
                        .context = input};
}
