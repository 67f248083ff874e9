/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_TABLE_FRAME_H
#define LINNET_DATA_TABLE_FRAME_H

#include "base/arena.h"
#include <linnet/data.h>

struct lnt_frame {
    lnt_owner owner;
    lnt_dtype dtype;
    size_t rows;
    size_t cols;
    size_t dropped;
    void *data;                       /* [rows, cols], its own block */
    ptrdiff_t row_stride, col_stride; /* in elements; at least one is 1 */
    lnt_names *columns;               /* [cols] */
    lnt_names **labels;               /* [cols]; NULL for a column of numbers */
};

/** Creates a frame without rows; it owns `columns` on success. */
lnt_status lnt_frame_create(lnt_frame **frame, lnt_dtype dtype, lnt_names *columns,
                            const lnt_allocator *allocator);

/** The allocator for objects that the frame owns. */
const lnt_allocator *lnt_frame_allocator(const lnt_frame *frame);

lnt_status lnt_frame_check_column(const lnt_frame *frame, size_t column, lnt_error *error);

/** The cell as a double, and back, rounded to the dtype. */
double lnt_frame_get(const lnt_frame *frame, size_t row, size_t column);
void lnt_frame_set(lnt_frame *frame, size_t row, size_t column, double value);

/** The largest number of labels whose indices a dtype represents exactly. */
size_t lnt_frame_max_labels(lnt_dtype dtype);

#endif
