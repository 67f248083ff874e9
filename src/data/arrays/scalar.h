/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_ARRAYS_SCALAR_H
#define LINNET_DATA_ARRAYS_SCALAR_H

#include <linnet/tensor.h>
#include <stdbool.h>
#include <stddef.h>

/** How a file holds a number. */
typedef struct lnt_scalar {
    char kind; /* 'b' truth (anything but 0 is 1), 'i' signed, 'u' unsigned, 'f' IEEE 754 */
    unsigned char size; /* bytes: 1 for 'b'; 1, 2, 4 or 8 for 'i' and 'u'; 2, 4 or 8 for 'f' */
    bool big_endian;    /* of no account for one byte */
} lnt_scalar;

/** F32, F64 or I32 as this machine holds it. */
lnt_scalar lnt_scalar_of(lnt_dtype dtype);

/** Whether a file's numbers are, byte by byte, those of the dtype in memory. */
bool lnt_scalar_is(lnt_scalar scalar, lnt_dtype dtype);

/**
 * Reads `count` numbers that lie one behind another at `from`, at any address, and writes them as
 * `dtype`, F32 or F64, `stride` elements apart. Each is rounded once, to nearest; a float beyond
 * F32's range becomes infinite. No overlap.
 */
void lnt_scalar_convert(lnt_scalar scalar, const void *from, size_t count, lnt_dtype dtype,
                        void *to, ptrdiff_t stride);

#endif
