/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_SOURCE_SOURCE_H
#define LINNET_DATA_SOURCE_SOURCE_H

#include "data/source/input.h"
#include <linnet/memory.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A record longer than this is taken for a mistake, such as a quote that is never closed. */
#define LNT_SOURCE_LONGEST ((size_t) 1 << 28)

/** So many bytes behind a record's end may be read. */
#define LNT_SOURCE_PADDING 16

/** One record of a file, in the source's buffer, where it may be changed until the next one. */
typedef struct lnt_source_record {
    char *begin;
    char *end;   /* at the line's end, a readable byte that is CR or LF */
    size_t line; /* 1-based, where it begins */
    bool quoted; /* there is a quote in it */
} lnt_source_record;

/** A file that is read record by record through one buffer. */
typedef struct lnt_source {
    const lnt_allocator *allocator;
    lnt_error *error;
    const char *name; /* for messages */
    lnt_input *input;
    bool rewinds;   /* it can be read twice */
    char delimiter; /* quotes count only at a field's begin; 0: behind any candidate */
    char *buffer;   /* LNT_SOURCE_PADDING bytes behind its capacity, the first a newline */
    size_t capacity;
    char *next; /* first byte not given out */
    char *end;
    char *quote;    /* first quote at or behind `next`, or `end` */
    bool exhausted; /* the file has no byte behind `end` */
    bool begun;
    uint64_t offset; /* of the buffer's first byte, from `start` */
    size_t line;     /* of `next` */
} lnt_source;

/** A source over an input, which must outlive it; closing it leaves the input open. */
lnt_status lnt_source_open(lnt_source *source, lnt_input *input, const lnt_allocator *allocator);
void lnt_source_close(lnt_source *source);

/** Back to the begin; for a source that rewinds. */
lnt_status lnt_source_rewind(lnt_source *source);

/** To a record's begin, which is `offset` bytes from the file's; for a source that rewinds. */
lnt_status lnt_source_seek(lnt_source *source, uint64_t offset, size_t line);

/** Where a record that was just given out begins. */
uint64_t lnt_source_offset(const lnt_source *source, const lnt_source_record *record);

/** Bytes and newlines from the begin to the end of the file, then rewinds. */
lnt_status lnt_source_measure(lnt_source *source, size_t *bytes, size_t *newlines);

/** The next record that is not blank; `*found` is false at the end. */
lnt_status lnt_source_next(lnt_source *source, lnt_source_record *record, bool *found);

/** Whether any byte was read at all. */
bool lnt_source_is_empty(const lnt_source *source);

#endif
