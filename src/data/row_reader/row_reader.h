/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_ROW_READER_ROW_READER_H
#define LINNET_DATA_ROW_READER_ROW_READER_H

#include "base/arena.h"
#include "data/input/input.h"
#include <linnet/data.h>
#include <sys/stat.h>

/** The operations of a kind of file. Error messages go to the reader's own error. */
typedef struct lnt_row_ops {
    size_t size; /* of the kind's struct, which begins with the lnt_row_reader */
    /**
     * Opens the input and sets all fields that describe the file. On failure, `close` frees what
     * was allocated.
     */
    lnt_status (*open)(lnt_row_reader *reader, const lnt_read_options *options);
    /**
     * Reads existing rows into a matrix of the right shape, of the reader's dtype, with any
     * strides.
     */
    lnt_status (*read)(lnt_row_reader *reader, size_t first, const lnt_tensor *rows);
    void (*close)(lnt_row_reader *reader);
} lnt_row_ops;

extern const lnt_row_ops lnt_row_csv, lnt_row_array;

/** The first member of the struct of each kind. */
struct lnt_row_reader {
    lnt_owner owner;
    const lnt_row_ops *ops;
    lnt_data_format format;
    char *path;
    lnt_input input;
    struct stat opened; /* status of the input when it was opened */
    lnt_error error;
    lnt_dtype dtype;
    size_t rows;
    size_t cols;
    size_t dropped;
    lnt_names *columns; /* [cols] */
    lnt_names **labels; /* [cols]; NULL if no column has labels */
    bool sequential;
};

/** The allocator for objects that the reader owns. */
const lnt_allocator *lnt_row_reader_allocator(const lnt_row_reader *reader);

lnt_status lnt_row_reader_no_memory(lnt_row_reader *reader);

/** Fails because the file changed since it was opened. */
lnt_status lnt_row_reader_changed(lnt_row_reader *reader);

#endif
