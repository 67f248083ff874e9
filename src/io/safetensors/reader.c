/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "base/files/file_error.h"
#include "base/files/little_endian.h"
#include "io/safetensors/table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LENGTH_BYTES 8
#define READ_CHUNK ((size_t) 1 << 30u) /* below the limit of one read on every system */

struct lnt_st_file {
    lnt_owner owner;
    const char *path;
    int fd;
    char *header; /* decoded in place; holds all names */
    size_t data_start;
    lnt_st_table table;
};

static const lnt_allocator *allocator_of(const lnt_st_file *file)
{
    return file->owner.custom ? &file->owner.allocator : NULL;
}

static lnt_status read_at(const lnt_st_file *file, size_t offset, void *to, size_t bytes,
                          lnt_error *error)
{
    char *next = to;
    while (bytes > 0) {
        const size_t want = bytes < READ_CHUNK ? bytes : READ_CHUNK;
        const ssize_t n = pread(file->fd, next, want, (off_t) offset);
        if (n < 0 && errno != EINTR) {
            return lnt_file_fail_errno(error, file->path, "read", errno);
        }
        if (n == 0) {
            return lnt_file_fail(error, LNT_ERR_FORMAT, file->path,
                                 "was truncated while it was read");
        }
        if (n > 0) {
            next += n;
            offset += (size_t) n;
            bytes -= (size_t) n;
        }
    }
    return LNT_OK;
}

/* O_NONBLOCK: opening a pipe must not wait for a writer. */
static lnt_status open_regular(lnt_st_file *file, size_t *size, lnt_error *error)
{
    do {
        file->fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    } while (file->fd < 0 && errno == EINTR);
    struct stat status;
    if (file->fd < 0 || fstat(file->fd, &status) != 0) {
        return lnt_file_fail_errno(error, file->path, "open", errno);
    }
    if (S_ISDIR(status.st_mode)) {
        return lnt_file_fail(error, LNT_ERR_IO, file->path, "expected a file, found a folder");
    }
    if (!S_ISREG(status.st_mode)) {
        return lnt_file_fail(error, LNT_ERR_FORMAT, file->path,
                             "expected a regular file, found a device or pipe");
    }
    if ((uintmax_t) status.st_size > SIZE_MAX) {
        return lnt_file_fail(error, LNT_ERR_TOO_LARGE, file->path, "too large for this machine");
    }
    *size = (size_t) status.st_size;
    return LNT_OK;
}

static lnt_status header_length(const lnt_st_file *file, size_t size, size_t *length,
                                lnt_error *error)
{
    if (size < LENGTH_BYTES) {
        return lnt_file_fail(error, LNT_ERR_FORMAT, file->path,
                             "not a safetensors file: expected 8 bytes and a header, found %zu "
                             "bytes in all",
                             size);
    }
    unsigned char bytes[LENGTH_BYTES];
    LNT_TRY(read_at(file, 0, bytes, sizeof bytes, error));
    const uint64_t declared = lnt_little_endian_u64(bytes);
    if (declared > LNT_ST_MAX_HEADER) {
        return lnt_file_fail(error, LNT_ERR_FORMAT, file->path,
                             "not a safetensors file: its first bytes give a header of %ju "
                             "bytes; at most %zu are allowed",
                             (uintmax_t) declared, LNT_ST_MAX_HEADER);
    }
    if (declared > size - LENGTH_BYTES) {
        return lnt_file_fail(error, LNT_ERR_FORMAT, file->path,
                             "cut, or not a safetensors file: its first bytes give a header of "
                             "%ju bytes, and %zu follow",
                             (uintmax_t) declared, size - LENGTH_BYTES);
    }
    *length = (size_t) declared;
    return LNT_OK;
}

static lnt_status load_header(lnt_st_file *file, lnt_error *error)
{
    size_t size = 0, length = 0;
    LNT_TRY(open_regular(file, &size, error));
    LNT_TRY(header_length(file, size, &length, error));
    file->header = lnt_allocate_unset(allocator_of(file), length, 1);
    if (file->header == NULL) {
        return lnt_file_fail_memory(error, file->path);
    }
    LNT_TRY(read_at(file, LENGTH_BYTES, file->header, length, error));
    if (length == 0 || file->header[0] != '{') {
        return lnt_file_fail(error, LNT_ERR_FORMAT, file->path,
                             "not a safetensors file: its header does not start with '{'");
    }
    file->data_start = LENGTH_BYTES + length;
    return lnt_st_table_init(&file->table, file->header, length, size - file->data_start,
                             file->path, allocator_of(file), error);
}

lnt_status lnt_st_open(lnt_st_file **out, const char *path, const lnt_allocator *allocator,
                       lnt_error *error)
{
    *out = NULL;
    lnt_st_file *file = lnt_allocate(allocator, 1, sizeof *file);
    if (file == NULL) {
        return lnt_file_fail_memory(error, path);
    }
    file->owner = lnt_owner_of(allocator);
    file->path = path;
    file->fd = -1;
    const lnt_status status = load_header(file, error);
    if (status != LNT_OK) {
        lnt_st_close(file);
        return status;
    }
    *out = file;
    return LNT_OK;
}

void lnt_st_close(lnt_st_file *file)
{
    if (file == NULL) {
        return;
    }
    lnt_st_table_clear(&file->table, allocator_of(file));
    lnt_release(allocator_of(file), file->header);
    if (file->fd >= 0) {
        (void) close(file->fd);
    }
    lnt_owner_release(file->owner, file);
}

size_t lnt_st_count(const lnt_st_file *file)
{
    return file->table.count;
}

const lnt_st_entry *lnt_st_at(const lnt_st_file *file, size_t i)
{
    return i < file->table.count ? file->table.by_offset[i].entry : NULL;
}

const lnt_st_entry *lnt_st_find(const lnt_st_file *file, const char *name)
{
    return lnt_name_map_find(&file->table.by_name, name);
}

const lnt_name_map *lnt_st_metadata(const lnt_st_file *file)
{
    return file->table.has_metadata ? &file->table.metadata : NULL;
}

lnt_status lnt_st_read(const lnt_st_file *file, const lnt_st_entry *entry, void *data,
                       lnt_error *error)
{
    LNT_TRY(read_at(file, file->data_start + entry->begin, data, entry->bytes, error));
    if (lnt_host_is_big_endian()) {
        lnt_swap_words(data, entry->bytes, lnt_st_dtype_word(entry->tensor.dtype));
    }
    return LNT_OK;
}

typedef struct summing {
    const lnt_st_file *file;
    const lnt_st_entry *entry;
    lnt_error *error;
    unsigned char buffer[1 << 16];
} summing;

/* Part of the entry's bytes from `done` on. */
static lnt_status next_part(void *context, size_t done, const void **data, size_t *bytes)
{
    summing *s = context;
    const size_t left = s->entry->bytes - done;
    *bytes = left < sizeof s->buffer ? left : sizeof s->buffer;
    *data = s->buffer;
    return read_at(s->file, s->file->data_start + s->entry->begin + done, s->buffer, *bytes,
                   s->error);
}

lnt_status lnt_st_checksum(const lnt_st_file *file, const lnt_st_entry *entry, lnt_checksum *sum,
                           lnt_error *error)
{
    summing s = {.file = file, .entry = entry, .error = error};
    const lnt_status status = lnt_checksum_stream(next_part, &s, entry->bytes, sum);
    return status == LNT_ERR_MEMORY ? lnt_file_fail_memory(error, file->path) : status;
}
