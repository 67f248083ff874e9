/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_ARRAYS_FILE_DTYPE_H
#define LINNET_DATA_ARRAYS_FILE_DTYPE_H

#include <linnet/tensor.h>
#include <stdbool.h>
#include <stddef.h>

/** The type of the numbers in a file, such as NumPy's '<f8'. */
typedef struct lnt_file_dtype {
    char kind; /* 'b' truth (anything but 0 is 1), 'i' signed, 'u' unsigned, 'f' IEEE 754 */
    unsigned char size; /* bytes: 1 for 'b'; 1, 2, 4 or 8 for 'i' and 'u'; 2, 4 or 8 for 'f' */
    bool big_endian;    /* ignored for one byte */
} lnt_file_dtype;

/** The type of F32, F64 or I32 in this machine's memory. */
lnt_file_dtype lnt_file_dtype_native(lnt_dtype dtype);

/** Whether the type has the same bytes as the dtype in memory. */
bool lnt_file_dtype_is(lnt_file_dtype file_dtype, lnt_dtype dtype);

/**
 * Converts `count` consecutive numbers at `from`, at any address, to `dtype`, F32 or F64, `stride`
 * elements apart. Each is rounded once, to nearest; a number beyond F32's range becomes infinite.
 * No overlap.
 */
void lnt_file_dtype_convert(lnt_file_dtype file_dtype, const void *from, size_t count,
                            lnt_dtype dtype, void *to, ptrdiff_t stride);

#endif
