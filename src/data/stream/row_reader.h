/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_STREAM_ROW_READER_H
#define LINNET_DATA_STREAM_ROW_READER_H

#include "base/arena.h"
#include "data/source/input.h"
#include <linnet/data.h>
#include <sys/stat.h>

/** What a kind of file does; sentences go to the file's own error. */
typedef struct lnt_row_ops {
    size_t size; /* of the kind's struct, which begins with the file */
    /** From the input on: sets all that is known of the file. What it took is given back by close.
     */
    lnt_status (*open)(lnt_row_reader *file, const lnt_read_options *options);
    /** Rows that exist into a matrix that fits, of the file's dtype and any strides. */
    lnt_status (*read)(lnt_row_reader *file, size_t first, const lnt_tensor *rows);
    void (*close)(lnt_row_reader *file);
} lnt_row_ops;

extern const lnt_row_ops lnt_row_csv, lnt_row_array;

/** The begin of the struct of each kind. */
struct lnt_row_reader {
    lnt_owner owner;
    const lnt_row_ops *ops;
    lnt_data_format format;
    char *path;
    lnt_input input;
    struct stat stamp; /* of the input when it was opened */
    lnt_error error;
    lnt_dtype dtype;
    size_t rows;
    size_t cols;
    size_t dropped;
    lnt_names *columns; /* [cols] */
    lnt_names **labels; /* [cols]; NULL if there are none */
    bool in_order;
};

/** The allocator to pass on to what belongs to the file. */
const lnt_allocator *lnt_row_reader_allocator(const lnt_row_reader *file);

lnt_status lnt_row_reader_no_memory(lnt_row_reader *file);

/** Fails since the file is no longer what it was when it was opened. */
lnt_status lnt_row_reader_changed(lnt_row_reader *file);

#endif
