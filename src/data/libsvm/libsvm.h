/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_LIBSVM_LIBSVM_H
#define LINNET_DATA_LIBSVM_LIBSVM_H

#include "data/input/input.h"

#include <linnet/data.h>
#include <linnet/memory.h>
#include <linnet/status.h>
#include <stddef.h>
#include <stdint.h>

/** libsvm's text: lines of LABEL [qid:N] INDEX:VALUE …, blanks between, # begins a comment. */

/* --- libsvm_token.c: words of a line, which ends at `end`, a readable byte --- */

/** The first byte that is not a blank. */
const char *lnt_libsvm_skip(const char *text, const char *end);

/** Bytes up to the next blank. */
size_t lnt_libsvm_token(const char *text, const char *end);

/**
 * Skips "qid:N", if it is next: the number of a ranking query. Returns the byte after it, or
 * `text`.
 */
const char *lnt_libsvm_skip_query(const char *text, const char *end);

/**
 * The colon after an integer up to 4294967295, which is written to *index; NULL if there is none.
 */
const char *lnt_libsvm_index(const char *text, size_t *index);

/* --- sparse.c: a sparse matrix, row by row --- */

typedef struct lnt_sparse_entry {
    double value;
    uint32_t column; /* 0 begins a row */
} lnt_sparse_entry;

typedef struct lnt_sparse {
    const lnt_allocator *allocator;
    lnt_sparse_entry *entries;
    size_t count, capacity;
    size_t rows;
    size_t max_column; /* the largest column */
} lnt_sparse;

lnt_sparse lnt_sparse_init(const lnt_allocator *allocator);
void lnt_sparse_clear(lnt_sparse *sparse);

/** `LNT_ERR_TOO_LARGE` if all entries would take more than `limit` bytes. */
lnt_status lnt_sparse_add(lnt_sparse *sparse, size_t column, double value, size_t limit);

/** Reads from an open input, with checked options. `*frame` is written on success only. */
lnt_status lnt_libsvm_read_input(lnt_frame **frame, lnt_input *input,
                                 const lnt_read_options *options);

/**
 * Whether the text begins like libsvm text: a number, then index:value pairs. The byte after the
 * text must be readable; `cut`: the file has more.
 */
bool lnt_libsvm_is(const char *text, size_t size, bool cut);

#endif
