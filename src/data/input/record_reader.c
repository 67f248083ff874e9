/* SPDX-License-Identifier: MIT */
#include "data/input/record_reader.h"

#include "data/input/fields.h"
#include <stdint.h>
#include <string.h>

/* Fits into a core's L2 cache together with the rows that are written. */
enum { BUFFER = 256 * 1024 };

static lnt_status no_memory(const lnt_record_reader *reader)
{
    return lnt_fail(reader->error, LNT_ERR_MEMORY, "%s: out of memory", reader->name);
}

static void reset(lnt_record_reader *reader)
{
    reader->next = reader->buffer;
    reader->end = reader->buffer;
    reader->quote = reader->buffer;
    reader->exhausted = false;
    reader->begun = false;
    reader->offset = 0;
    reader->line = 1;
}

lnt_status lnt_record_reader_open(lnt_record_reader *reader, lnt_input *input,
                                  const lnt_allocator *allocator)
{
    *reader = (lnt_record_reader){.allocator = allocator,
                                  .error = input->error,
                                  .name = input->name,
                                  .input = input,
                                  .seekable = input->seekable};
    reader->buffer = lnt_allocate(allocator, BUFFER + LNT_RECORD_PADDING, 1);
    reader->capacity = BUFFER;
    if (reader->buffer == NULL) {
        return no_memory(reader);
    }
    reset(reader);
    return LNT_OK;
}

void lnt_record_reader_close(lnt_record_reader *reader)
{
    lnt_release(reader->allocator, reader->buffer);
}

lnt_status lnt_record_reader_rewind(lnt_record_reader *reader)
{
    LNT_TRY(lnt_input_rewind(reader->input));
    reset(reader);
    return LNT_OK;
}

lnt_status lnt_record_reader_seek(lnt_record_reader *reader, uint64_t offset, size_t line)
{
    LNT_TRY(lnt_input_seek(reader->input, offset));
    reset(reader);
    reader->begun = offset > 0;
    reader->offset = offset;
    reader->line = line;
    return LNT_OK;
}

uint64_t lnt_record_offset(const lnt_record_reader *reader, const lnt_record *record)
{
    return reader->offset + (uint64_t) (record->begin - reader->buffer);
}

bool lnt_record_reader_is_empty(const lnt_record_reader *reader)
{
    return reader->exhausted && !reader->begun;
}

static size_t count_newlines(const char *p, size_t size)
{
    size_t total = 0;
    while (size > 0) {
        const size_t chunk = size < UINT8_MAX ? size : UINT8_MAX;
        uint8_t count = 0; /* as wide as the bytes, so that the compiler vectorizes the loop */
        for (size_t i = 0; i < chunk; i++) {
            count = (uint8_t) (count + (p[i] == '\n'));
        }
        total += count;
        p += chunk;
        size -= chunk;
    }
    return total;
}

lnt_status lnt_record_reader_measure(lnt_record_reader *reader, size_t *bytes, size_t *newlines)
{
    *bytes = 0;
    *newlines = 0;
    size_t count;
    do {
        LNT_TRY(lnt_input_read(reader->input, reader->buffer, reader->capacity, &count));
        *bytes += count;
        *newlines += count_newlines(reader->buffer, count);
    } while (count == reader->capacity);
    return lnt_record_reader_rewind(reader);
}

static void skip_byte_order_mark(lnt_record_reader *reader)
{
    static const char mark[] = "\xEF\xBB\xBF";
    const size_t length = sizeof mark - 1;
    if ((size_t) (reader->end - reader->next) >= length &&
        memcmp(reader->next, mark, length) == 0) {
        reader->next += length;
    }
}

/* Doubles the buffer, for a record that fills it. */
static lnt_status grow(lnt_record_reader *reader)
{
    const size_t capacity = 2 * reader->capacity;
    if (capacity > LNT_RECORD_MAX_LENGTH) {
        return lnt_fail(reader->error, LNT_ERR_FORMAT,
                        "%s:%zu: expected a line's end within %zu bytes; is a quote left open?",
                        reader->name, reader->line, LNT_RECORD_MAX_LENGTH);
    }
    char *buffer = lnt_allocate(reader->allocator, capacity + LNT_RECORD_PADDING, 1);
    if (buffer == NULL) {
        return no_memory(reader);
    }
    memcpy(buffer, reader->next, (size_t) (reader->end - reader->next));
    lnt_release(reader->allocator, reader->buffer);
    reader->buffer = buffer;
    reader->capacity = capacity;
    return LNT_OK;
}

static void find_quote(lnt_record_reader *reader)
{
    char *const quote = memchr(reader->next, '"', (size_t) (reader->end - reader->next));
    reader->quote = quote != NULL ? quote : reader->end;
}

/* Moves the remaining bytes to the start of the buffer and fills the rest. */
static lnt_status refill(lnt_record_reader *reader)
{
    const size_t left = (size_t) (reader->end - reader->next);
    reader->offset += (uint64_t) (reader->next - reader->buffer);
    if (left == reader->capacity) {
        LNT_TRY(grow(reader));
    } else {
        memmove(reader->buffer, reader->next, left);
    }
    size_t count;
    LNT_TRY(lnt_input_read(reader->input, reader->buffer + left, reader->capacity - left, &count));
    reader->exhausted = count < reader->capacity - left;
    reader->next = reader->buffer;
    reader->end = reader->buffer + left + count;
    *reader->end = '\n';
    if (!reader->begun && count > 0) {
        reader->begun = true;
        skip_byte_order_mark(reader);
    }
    find_quote(reader);
    return LNT_OK;
}

/* The newline that ends the record at `next`, or NULL; then *open is a quote that is not closed, or
 * NULL. */
static char *find_end(lnt_record_reader *reader, bool *quoted, char **open)
{
    if (reader->quote < reader->next) {
        find_quote(reader);
    }
    char *const newline = memchr(reader->next, '\n', (size_t) (reader->end - reader->next));
    *quoted = reader->quote < (newline != NULL ? newline : reader->end);
    *open = NULL;
    return *quoted ? lnt_fields_find_end(reader->next, reader->end, reader->delimiter, open)
                   : newline;
}

static bool is_blank(const lnt_record *record, char delimiter)
{
    const char *p = record->begin;
    while (p < record->end && (*p == ' ' || *p == '\t') && *p != delimiter) {
        p++;
    }
    return p == record->end;
}

/* Reads the record at `next`, blank or not. At least one byte is left, or the file has more. */
static lnt_status read_record(lnt_record_reader *reader, lnt_record *record)
{
    char *newline, *open;
    while ((newline = find_end(reader, &record->quoted, &open)) == NULL && !reader->exhausted) {
        LNT_TRY(refill(reader));
    }
    if (open != NULL) {
        const size_t before = count_newlines(reader->next, (size_t) (open - reader->next));
        return lnt_fail(reader->error, LNT_ERR_FORMAT, "%s:%zu: a quote is opened but not closed",
                        reader->name, reader->line + before);
    }
    record->begin = reader->next;
    record->end = newline != NULL ? newline : reader->end;
    record->line = reader->line;
    const size_t length = (size_t) (record->end - record->begin);
    reader->line += 1 + (record->quoted ? count_newlines(record->begin, length) : 0);
    reader->next = newline != NULL ? newline + 1 : reader->end;
    if (length > 0 && record->end[-1] == '\r') {
        record->end--;
    }
    return LNT_OK;
}

lnt_status lnt_record_reader_next(lnt_record_reader *reader, lnt_record *record, bool *found)
{
    do {
        if (reader->next == reader->end) {
            if (!reader->exhausted) {
                LNT_TRY(refill(reader));
            }
            if (reader->next == reader->end) {
                *found = false;
                return LNT_OK;
            }
        }
        LNT_TRY(read_record(reader, record));
    } while (is_blank(record, reader->delimiter));
    *found = true;
    return LNT_OK;
}
