/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_ARRAYS_NPY_H
#define LINNET_DATA_ARRAYS_NPY_H

#include "data/arrays/file_dtype.h"
#include <linnet/status.h>
#include <stdint.h>

/**
 * NumPy's file of one array: the bytes 93 'NUMPY', version 1.0, 2.0 or 3.0, the header's length (2
 * bytes in version 1, else 4; little-endian), the header, the elements. The header is a Python
 * dictionary with exactly the keys 'descr', 'fortran_order' and 'shape'.
 */
#define LNT_NPY_MAGIC "\x93NUMPY"
#define LNT_NPY_MAGIC_LENGTH 6

/** The longest header that is read (NumPy's limit); the same with the bytes before it. */
#define LNT_NPY_MAX_HEADER 10000
#define LNT_NPY_MAX_PREAMBLE (12 + LNT_NPY_MAX_HEADER)

/** The highest rank. */
#define LNT_NPY_MAX_RANK 32

/** The contents of a header. */
typedef struct lnt_npy_info {
    lnt_file_dtype file_dtype;
    bool fortran; /* the first index changes fastest, not the last */
    size_t rank;
    size_t shape[LNT_NPY_MAX_RANK];
    size_t rows, cols; /* as a matrix: [shape[0], product of the rest]; [1, 1] for rank 0 */
    size_t bytes;      /* of all elements */
    size_t offset;     /* offset of the first element from the start of the file */
} lnt_npy_info;

/** Whether the bytes are the start of an .npy file. */
bool lnt_npy_is(const void *bytes, size_t size);

/**
 * Reads a header from the start of a file. `size` bytes are the whole file if it is shorter than
 * LNT_NPY_MAX_PREAMBLE, else at least that many. Elements may be bool, i1 to i8, u1 to u8, f2, f4
 * and f8 in either byte order. `LNT_ERR_FORMAT` for anything else; the error message begins with
 * `name`. `LNT_ERR_TOO_LARGE` if the size of all elements is above SIZE_MAX. The elements are not
 * read: compare `bytes` with the size of the file.
 */
lnt_status lnt_npy_header_read(lnt_npy_info *header, const void *bytes, size_t size,
                               const char *name, lnt_error *error);

/**
 * Writes all bytes before the elements, version 1.0. Returns their number, a multiple of 64. For
 * rank ≤ 2 it is always LNT_NPY_MATRIX_PREAMBLE, so that the shape can be overwritten later. `rank`
 * is at most LNT_NPY_MAX_RANK.
 */
#define LNT_NPY_MATRIX_PREAMBLE 128
#define LNT_NPY_PREAMBLE_CAPACITY 1024
size_t lnt_npy_header_write(lnt_file_dtype file_dtype, bool fortran, size_t rank,
                            const size_t *shape, char begin[LNT_NPY_PREAMBLE_CAPACITY]);

#endif
