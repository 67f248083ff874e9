/* SPDX-License-Identifier: MIT */
#include "data/source/source.h"

#include "data/source/fields.h"
#include <stdint.h>
#include <string.h>

/* Fits into a core's second cache, beside the rows that are written. */
enum { BUFFER = 256 * 1024 };

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

lnt_status lnt_source_open(lnt_source *source, lnt_input *input, const lnt_allocator *allocator)
{
    *source = (lnt_source){.allocator = allocator,
                           .error = input->error,
                           .name = input->name,
                           .input = input,
                           .rewinds = input->rewinds};
    source->buffer = lnt_allocate(allocator, BUFFER + LNT_SOURCE_PADDING, 1);
    source->capacity = BUFFER;
    if (source->buffer == NULL) {
        return no_memory(source);
    }
    reset(source);
    return LNT_OK;
}

void lnt_source_close(lnt_source *source)
{
    lnt_release(source->allocator, source->buffer);
}

lnt_status lnt_source_rewind(lnt_source *source)
{
    LNT_TRY(lnt_input_rewind(source->input));
    reset(source);
    return LNT_OK;
}

lnt_status lnt_source_seek(lnt_source *source, uint64_t offset, size_t line)
{
    LNT_TRY(lnt_input_seek(source->input, offset));
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
        LNT_TRY(lnt_input_read(source->input, source->buffer, source->capacity, &count));
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
    LNT_TRY(lnt_input_read(source->input, source->buffer + left, source->capacity - left, &count));
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
