/* SPDX-License-Identifier: MIT */
#include "cli/output/atomic_output.h"

#include "cli/output/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static lnt_status fail(const lnt_cli_out *out, int code, lnt_error *error)
{
    return lnt_fail(error, LNT_ERR_IO, "%s: cannot be written: %s", out->path, strerror(code));
}

/* Something that is there and is no regular file. */
static bool is_direct(const char *path)
{
    struct stat there;
    return stat(path, &there) == 0 && !S_ISREG(there.st_mode) && !S_ISDIR(there.st_mode);
}

bool lnt_cli_out_is_whole(const char *path)
{
    return !lnt_cli_is_standard(path) && !is_direct(path);
}

/* A stream of its own, so that it can be closed before the writer syncs the file. */
static FILE *stream_of(const lnt_file_writer *writer)
{
    const int fd = fcntl(lnt_file_writer_descriptor(writer), F_DUPFD_CLOEXEC, 0);
    FILE *stream = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (stream == NULL && fd >= 0) {
        (void) close(fd);
    }
    return stream;
}

lnt_status lnt_cli_out_open(lnt_cli_out *out, const char *path, lnt_error *error)
{
    *out = (lnt_cli_out){.path = path, .stream = stdout};
    if (lnt_cli_is_standard(path)) {
        return LNT_OK;
    }
    if (is_direct(path)) {
        out->stream = fopen(path, "w");
        return out->stream != NULL ? LNT_OK : fail(out, errno, error);
    }
    LNT_TRY(lnt_file_writer_open(&out->writer, path, error));
    out->stream = stream_of(out->writer);
    if (out->stream == NULL) {
        const int code = errno;
        lnt_file_writer_discard(out->writer);
        return fail(out, code, error);
    }
    return LNT_OK;
}

/* 0 or an errno. */
static int close_stream(FILE *stream)
{
    const int code = fflush(stream) != 0 || ferror(stream) != 0 ? errno : 0;
    return fclose(stream) != 0 && errno != EINTR && code == 0 ? errno : code;
}

lnt_status lnt_cli_out_close(lnt_cli_out *out, lnt_status status, lnt_error *error)
{
    if (out->stream == stdout) {
        return status; /* main closes it */
    }
    const int code = close_stream(out->stream);
    if (status == LNT_OK && code != 0) {
        status = fail(out, code, error);
    }
    if (status == LNT_OK && out->writer != NULL) {
        return lnt_file_writer_commit(out->writer, error);
    }
    lnt_file_writer_discard(out->writer);
    return status;
}
