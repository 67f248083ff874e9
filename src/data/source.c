/* SPDX-License-Identifier: MIT */
#include "data/source.h"

#include "data/fields.h"
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Fits into a core's second cache, beside the rows that are written. */
enum { BUFFER = 256 * 1024 };

static lnt_status io_failure(const lnt_source *source, const char *action)
{
    char reason[128];
    if (strerror_r(errno, reason, sizeof reason) != 0) {
        reason[0] = '\0';
    }
    return lnt_fail(source->error, LNT_ERR_IO, "%s: cannot %s: %s", source->name, action, reason);
}

static lnt_status no_memory(const lnt_source *source)
{
    return lnt_fail(source->error, LNT_ERR_MEMORY, "%s: out of memory", source->name);
}

static void reset(lnt_source *source)
{
    source->next = source->buffer;
    source->end = source->buffer;
    source->quote = source->buffer;
    source->exhausted = false;
    source->begun = false;
    source->offset = 0;
    source->line = 1;
}

static lnt_status open_file(lnt_source *source, const char *path)
{
    if (strcmp(path, "-") == 0) {
        source->name = "standard input";
        source->file = STDIN_FILENO;
    } else {
        do {
            source->file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        } while (source->file < 0 && errno == EINTR);
        source->owned = source->file >= 0;
    }
    struct stat status;
    if (source->file < 0 || fstat(source->file, &status) != 0) {
        return io_failure(source, "open");
    }
    if (S_ISDIR(status.st_mode)) {
        return lnt_fail(source->error, LNT_ERR_IO, "%s: expected a file, found a directory",
                        source->name);
    }
    source->start = S_ISREG(status.st_mode) ? lseek(source->file, 0, SEEK_CUR) : -1;
    source->rewinds = source->start >= 0;
    return LNT_OK;
}

lnt_status lnt_source_open(lnt_source *source, const char *path, const lnt_allocator *allocator,
                           lnt_error *error)
{
    *source = (lnt_source){.allocator = allocator, .error = error, .name = path, .file = -1};
    lnt_status status = open_file(source, path);
    if (status == LNT_OK) {
        source->buffer = lnt_allocate(allocator, BUFFER + LNT_SOURCE_PADDING, 1);
        source->capacity = BUFFER;
        status = source->buffer != NULL ? LNT_OK : no_memory(source);
    }
    if (status != LNT_OK) {
        lnt_source_close(source);
        return status;
    }
    reset(source);
    return LNT_OK;
}

void lnt_source_close(lnt_source *source)
{
    if (source->owned) {
        close(source->file);
    }
    lnt_release(source->allocator, source->buffer);
}

lnt_status lnt_source_rewind(lnt_source *source)
{
    if (lseek(source->file, source->start, SEEK_SET) < 0) {
        return io_failure(source, "rewind");
    }
    reset(source);
    return LNT_OK;
}

lnt_status lnt_source_seek(lnt_source *source, uint64_t offset, size_t line)
{
    if (lseek(source->file, source->start + (off_t) offset, SEEK_SET) < 0) {
        return io_failure(source, "go to a row");
    }
    reset(source);
    source->begun = offset > 0;
    source->offset = offset;
    source->line = line;
    return LNT_OK;
}

uint64_t lnt_source_offset(const lnt_source *source, const lnt_source_record *record)
{
    return source->offset + (uint64_t) (record->begin - source->buffer);
}

bool lnt_source_is_empty(const lnt_source *source)
{
    return source->exhausted && !source->begun;
}

/* Reads until `size` bytes are there or the file ends; a read may be cut short or interrupted. */
static lnt_status read_fully(const lnt_source *source, char *to, size_t size, size_t *count)
{
    *count = 0;
    while (*count < size) {
        const ssize_t got = read(source->file, to + *count, size - *count);
        if (got == 0) {
            break;
        }
        if (got > 0) {
            *count += (size_t) got;
        } else if (errno != EINTR) {
            return io_failure(source, "read");
        }
    }
    return LNT_OK;
}

static size_t count_newlines(const char *p, size_t size)
{
    size_t total = 0;
    while (size > 0) {
        const size_t chunk = size < UINT8_MAX ? size : UINT8_MAX;
        uint8_t count = 0; /* as narrow as the bytes, so that the loop becomes vector code */
        for (size_t i = 0; i < chunk; i++) {
            count = (uint8_t) (count + (p[i] == '\n'));
        }
        total += count;
        p += chunk;
        size -= chunk;
    }
    return total;
}

lnt_status lnt_source_measure(lnt_source *source, size_t *bytes, size_t *newlines)
{
    *bytes = 0;
    *newlines = 0;
    size_t count;
    do {
        LNT_TRY(read_fully(source, source->buffer, source->capacity, &count));
        *bytes += count;
        *newlines += count_newlines(source->buffer, count);
    } while (count == source->capacity);
    return lnt_source_rewind(source);
}

static void skip_byte_order_mark(lnt_source *source)
{
    static const char mark[] = "\xEF\xBB\xBF";
    const size_t length = sizeof mark - 1;
    if ((size_t) (source->end - source->next) >= length &&
        memcmp(source->next, mark, length) == 0) {
        source->next += length;
    }
}

/* A buffer twice as large, for a record that fills the present one. */
static lnt_status grow(lnt_source *source)
{
    const size_t capacity = 2 * source->capacity;
    if (capacity > LNT_SOURCE_LONGEST) {
        return lnt_fail(source->error, LNT_ERR_FORMAT,
                        "%s:%zu: expected a line's end within %zu bytes; is a quote left open?",
                        source->name, source->line, LNT_SOURCE_LONGEST);
    }
    char *buffer = lnt_allocate(source->allocator, capacity + LNT_SOURCE_PADDING, 1);
    if (buffer == NULL) {
        return no_memory(source);
    }
    memcpy(buffer, source->next, (size_t) (source->end - source->next));
    lnt_release(source->allocator, source->buffer);
    source->buffer = buffer;
    source->capacity = capacity;
    return LNT_OK;
}

static void find_quote(lnt_source *source)
{
    char *const quote = memchr(source->next, '"', (size_t) (source->end - source->next));
    source->quote = quote != NULL ? quote : source->end;
}

/* Moves what is left to the front of the buffer and fills it up. */
static lnt_status refill(lnt_source *source)
{
    const size_t left = (size_t) (source->end - source->next);
    source->offset += (uint64_t) (source->next - source->buffer);
    if (left == source->capacity) {
        LNT_TRY(grow(source));
    } else {
        memmove(source->buffer, source->next, left);
    }
    size_t count;
    LNT_TRY(read_fully(source, source->buffer + left, source->capacity - left, &count));
    source->exhausted = count < source->capacity - left;
    source->next = source->buffer;
    source->end = source->buffer + left + count;
    *source->end = '\n';
    if (!source->begun && count > 0) {
        source->begun = true;
        skip_byte_order_mark(source);
    }
    find_quote(source);
    return LNT_OK;
}

/* The newline that ends the record at `next`, or NULL; *open is a quote that is not closed. */
static char *find_end(lnt_source *source, bool *quoted, char **open)
{
    if (source->quote < source->next) {
        find_quote(source);
    }
    char *const newline = memchr(source->next, '\n', (size_t) (source->end - source->next));
    *quoted = source->quote < (newline != NULL ? newline : source->end);
    *open = NULL;
    return *quoted ? lnt_fields_end(source->next, source->end, source->delimiter, open) : newline;
}

static bool is_blank(const lnt_source_record *record, char delimiter)
{
    const char *p = record->begin;
    while (p < record->end && (*p == ' ' || *p == '\t') && *p != delimiter) {
        p++;
    }
    return p == record->end;
}

/* The record at `next`, blank or not. There is at least one byte left, or the file goes on. */
static lnt_status take(lnt_source *source, lnt_source_record *record)
{
    char *newline, *open;
    while ((newline = find_end(source, &record->quoted, &open)) == NULL && !source->exhausted) {
        LNT_TRY(refill(source));
    }
    if (open != NULL) {
        const size_t before = count_newlines(source->next, (size_t) (open - source->next));
        return lnt_fail(source->error, LNT_ERR_FORMAT, "%s:%zu: a quote is opened but not closed",
                        source->name, source->line + before);
    }
    record->begin = source->next;
    record->end = newline != NULL ? newline : source->end;
    record->line = source->line;
    const size_t length = (size_t) (record->end - record->begin);
    source->line += 1 + (record->quoted ? count_newlines(record->begin, length) : 0);
    source->next = newline != NULL ? newline + 1 : source->end;
    if (length > 0 && record->end[-1] == '\r') {
        record->end--;
    }
    return LNT_OK;
}

lnt_status lnt_source_next(lnt_source *source, lnt_source_record *record, bool *found)
{
    do {
        if (source->next == source->end) {
            if (!source->exhausted) {
                LNT_TRY(refill(source));
            }
            if (source->next == source->end) {
                *found = false;
                return LNT_OK;
            }
        }
        LNT_TRY(take(source, record));
    } while (is_blank(record, source->delimiter));
    *found = true;
    return LNT_OK;
}
