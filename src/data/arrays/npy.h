/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_ARRAYS_NPY_H
#define LINNET_DATA_ARRAYS_NPY_H

#include "data/arrays/scalar.h"
#include <linnet/status.h>
#include <stdint.h>

/**
 * NumPy's file of one array: the bytes 93 'NUMPY', version 1.0, 2.0 or 3.0, the header's length (2
 * bytes in version 1, else 4; little-endian), the header, the elements. The header is a Python
 * dictionary with exactly the keys 'descr', 'fortran_order' and 'shape'.
 */
#define LNT_NPY_MAGIC "\x93NUMPY"
#define LNT_NPY_MAGIC_LENGTH 6

/** The longest header that is read, as by NumPy, and with all that precedes it. */
#define LNT_NPY_LONGEST 10000
#define LNT_NPY_LONGEST_BEGIN (12 + LNT_NPY_LONGEST)

/** The highest rank. */
#define LNT_NPY_RANK 32

/** What stands before the elements. */
typedef struct lnt_npy_info {
    lnt_scalar scalar;
    bool fortran; /* the first index runs fastest, not the last */
    size_t rank;
    size_t shape[LNT_NPY_RANK];
    size_t rows, cols; /* as a matrix: [shape[0], product of the rest]; [1, 1] for rank 0 */
    size_t bytes;      /* of all elements */
    size_t offset;     /* of the first element from the file's begin */
} lnt_npy_info;

/** Whether the bytes begin like an .npy file. */
bool lnt_npy_is(const void *bytes, size_t size);

/**
 * Reads a header from a file's begin: `size` bytes are the whole file if it is shorter than
 * LNT_NPY_LONGEST_BEGIN, else at least as many as that. Elements may be bool, i1 to i8, u1 to u8,
 * f2, f4 and f8 in either byte order. `LNT_ERR_FORMAT` for anything else, and a sentence that
 * begins with `name`; `LNT_ERR_TOO_LARGE` if the size of all elements passes SIZE_MAX. The elements
 * are not looked at: check `bytes` against what the file has.
 */
lnt_status lnt_npy_header_read(lnt_npy_info *header, const void *bytes, size_t size,
                               const char *name, lnt_error *error);

/**
 * Writes all that precedes the elements, version 1.0, and returns its length, a multiple of 64. For
 * rank ≤ 2 that is always LNT_NPY_MATRIX_BEGIN, so that a shape can be put right afterwards.
 * `rank` is at most LNT_NPY_RANK.
 */
#define LNT_NPY_MATRIX_BEGIN 128
#define LNT_NPY_BEGIN_ROOM 1024
size_t lnt_npy_header_write(lnt_scalar scalar, bool fortran, size_t rank, const size_t *shape,
                            char begin[LNT_NPY_BEGIN_ROOM]);

#endif
