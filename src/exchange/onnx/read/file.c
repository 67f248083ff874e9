/* SPDX-License-Identifier: MIT */
#include "base/files/file_error.h"
#include "exchange/onnx/format.h"
#include "exchange/onnx/read/graph.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* The limit of memory for each byte of the file. A message of two bytes becomes a struct of a
 * hundred; normal graphs need much less, and numbers keep their size. */
enum { MAX_GROWTH = 64, ALWAYS = 1 << 24 };

/* --- protobuf-c allocates from the pool --- */

static void *allocate_in_pool(void *pool, size_t size)
{
    return lnt_pool_take(pool, size, 1);
}

static void free_nothing(void *pool, void *piece)
{
    (void) pool, (void) piece;
}

static lnt_status unpack(lnt_onnx_reader *reader, const uint8_t *data, size_t size)
{
    ProtobufCAllocator allocator = {allocate_in_pool, free_nothing, &reader->pool};
    reader->model = lnt__onnx__model__unpack(&allocator, size, data);
    if (reader->model != NULL) {
        return LNT_OK;
    }
    return reader->pool.status != LNT_OK
               ? lnt_onnx_fail_pool(reader)
               : lnt_onnx_fail(reader, "not an ONNX model, or a damaged one");
}

/* --- the file --- */

static lnt_status read_all(const lnt_onnx_reader *reader, int fd, uint8_t *data, size_t size)
{
    for (size_t done = 0; done < size;) {
        const ssize_t got = read(fd, data + done, size - done);
        if (got == 0) {
            return lnt_file_fail(reader->error, LNT_ERR_IO, reader->path,
                                 "became shorter while it was read");
        }
        if (got < 0 && errno != EINTR) {
            return lnt_file_fail_errno(reader->error, reader->path, "read", errno);
        }
        done += got > 0 ? (size_t) got : 0;
    }
    return LNT_OK;
}

static lnt_status measure(lnt_onnx_reader *reader, int fd, size_t *size)
{
    struct stat about;
    if (fstat(fd, &about) != 0) {
        return lnt_file_fail_errno(reader->error, reader->path, "read", errno);
    }
    if (!S_ISREG(about.st_mode)) {
        return lnt_file_fail(reader->error, LNT_ERR_IO, reader->path, "not a regular file");
    }
    if ((uintmax_t) about.st_size > ONNX_MAX_BYTES) {
        return lnt_file_fail(reader->error, LNT_ERR_TOO_LARGE, reader->path,
                             "has %jd bytes, and an ONNX file at most %u", (intmax_t) about.st_size,
                             ONNX_MAX_BYTES);
    }
    *size = (size_t) about.st_size;
    if (*size >= reader->pool.limit) {
        return lnt_file_fail(reader->error, LNT_ERR_TOO_LARGE, reader->path,
                             "has %zu bytes, and reading it may take %zu", *size,
                             reader->pool.limit);
    }
    return LNT_OK;
}

static lnt_status read_open(lnt_onnx_reader *reader, int fd)
{
    size_t size = 0;
    LNT_TRY(measure(reader, fd, &size));
    uint8_t *data = lnt_allocate(reader->allocator, size, 1);
    if (data == NULL) {
        return lnt_file_fail_memory(reader->error, reader->path);
    }
    lnt_status status = read_all(reader, fd, data, size);
    if (status == LNT_OK) {
        const size_t most = ALWAYS + MAX_GROWTH * size; /* size is below 2^31 */
        const size_t left = reader->pool.limit - size;
        reader->pool.limit = left < most ? left : most;
        status = unpack(reader, data, size);
    }
    lnt_release(reader->allocator, data);
    return status;
}

lnt_status lnt_onnx_read_file(lnt_onnx_reader *reader)
{
    int fd;
    do {
        fd = open(reader->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0) {
        return lnt_file_fail_errno(reader->error, reader->path, "open", errno);
    }
    const lnt_status status = read_open(reader, fd);
    (void) close(fd);
    return status;
}
