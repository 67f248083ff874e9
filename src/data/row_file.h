/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_ROW_FILE_H
#define LINNET_DATA_ROW_FILE_H

#include "base/arena.h"
#include <linnet/data.h>
#include <sys/stat.h>

/** What a kind of file does. */
typedef struct lnt_row_ops {
    /** Rows that exist into a matrix that fits, of the file's dtype and any strides. */
    lnt_status (*read)(lnt_row_file *file, size_t first, const lnt_tensor *rows, lnt_error *error);
    /** Gives back what is the kind's own; the file's begin is still there. */
    void (*close)(lnt_row_file *file);
} lnt_row_ops;

/** The begin of the struct of each kind. */
struct lnt_row_file {
    lnt_owner owner;
    const lnt_row_ops *ops;
    char *path;
    int descriptor; /* borrowed from the kind */
    struct stat stamp;
    lnt_dtype dtype;
    size_t rows;
    size_t cols;
    size_t dropped;
    lnt_names *columns; /* [cols] */
    lnt_names **labels; /* [cols]; NULL if there are none */
    bool in_order;
};

/** A zeroed struct of `size` bytes that begins with a file, which has a copy of `path`. */
lnt_status lnt_row_file_begin(lnt_row_file **file, size_t size, const lnt_row_ops *ops,
                              const char *path, const lnt_allocator *allocator, lnt_error *error);

/** The allocator to pass on to what belongs to the file. */
const lnt_allocator *lnt_row_file_allocator(const lnt_row_file *file);

/** Notes size and time of the open file. */
lnt_status lnt_row_file_stamp(lnt_row_file *file, int descriptor, lnt_error *error);

lnt_status lnt_row_file_no_memory(const lnt_row_file *file, lnt_error *error);

/** Fails with "path: cannot …: the system's reason". */
lnt_status lnt_row_file_io(const lnt_row_file *file, const char *action, lnt_error *error);

/** Fails since the file is no longer what it was when it was opened. */
lnt_status lnt_row_file_changed(const lnt_row_file *file, lnt_error *error);

#endif
