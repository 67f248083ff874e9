/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_INPUT_RECORD_READER_H
#define LINNET_DATA_INPUT_RECORD_READER_H

#include "data/input/input.h"
#include <linnet/memory.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A longer record is refused: most likely a quote is never closed. */
#define LNT_RECORD_MAX_LENGTH ((size_t) 1 << 28)

/** The number of readable bytes after the end of a record. */
#define LNT_RECORD_PADDING 16

/**
 * One record of a file, in the reader's buffer. It may be changed, and is valid until the next
 * record.
 */
typedef struct lnt_record {
    char *begin;
    char *end;   /* end of the line: a readable byte that is CR or LF */
    size_t line; /* 1-based, where it begins */
    bool quoted; /* it has a quote */
} lnt_record;

/** Reads a file record by record through one buffer. */
typedef struct lnt_record_reader {
    const lnt_allocator *allocator;
    lnt_error *error;
    const char *name; /* for messages */
    lnt_input *input;
    bool seekable;  /* the input is seekable */
    char delimiter; /* quotes count only at the start of a field; 0: after any candidate */
    char *buffer;   /* followed by LNT_RECORD_PADDING bytes, the first a newline */
    size_t capacity;
    char *next; /* first byte of the next record */
    char *end;
    char *quote;    /* first quote at or after `next`, or `end` */
    bool exhausted; /* the file has no bytes after `end` */
    bool begun;
    uint64_t offset; /* of the buffer's first byte, from `start` */
    size_t line;     /* of `next` */
} lnt_record_reader;

/** Opens a reader of an input, which must outlive it. Closing it does not close the input. */
lnt_status lnt_record_reader_open(lnt_record_reader *reader, lnt_input *input,
                                  const lnt_allocator *allocator);
void lnt_record_reader_close(lnt_record_reader *reader);

/** Moves back to the start; for a seekable input. */
lnt_status lnt_record_reader_rewind(lnt_record_reader *reader);

/** Moves to the record at `offset` bytes from the start; for a seekable input. */
lnt_status lnt_record_reader_seek(lnt_record_reader *reader, uint64_t offset, size_t line);

/** The offset of the record that was returned last. */
uint64_t lnt_record_offset(const lnt_record_reader *reader, const lnt_record *record);

/** Counts the bytes and newlines of the file, then rewinds. */
lnt_status lnt_record_reader_measure(lnt_record_reader *reader, size_t *bytes, size_t *newlines);

/** The next record that is not blank; `*found` is false at the end. */
lnt_status lnt_record_reader_next(lnt_record_reader *reader, lnt_record *record, bool *found);

/** Whether the file has no bytes at all. */
bool lnt_record_reader_is_empty(const lnt_record_reader *reader);

#endif
