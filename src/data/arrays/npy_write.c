/* SPDX-License-Identifier: MIT */
#include "data/arrays/npy.h"

#include <stdio.h>
#include <string.h>

enum { BEFORE = LNT_NPY_MAGIC_LENGTH + 4, UNIT = 64 };

size_t lnt_npy_header_write(lnt_file_dtype file_dtype, bool fortran, size_t rank,
                            const size_t *shape, char begin[LNT_NPY_PREAMBLE_CAPACITY])
{
    char *const text = begin + BEFORE;
    const size_t room = LNT_NPY_PREAMBLE_CAPACITY - BEFORE;
    const char order = file_dtype.size == 1 ? '|' : file_dtype.big_endian ? '>' : '<';
    size_t n =
        (size_t) snprintf(text, room, "{'descr': '%c%c%d', 'fortran_order': %s, 'shape': (", order,
                          file_dtype.kind, file_dtype.size, fortran ? "True" : "False");
    for (size_t i = 0; i < rank; i++) {
        n += (size_t) snprintf(text + n, room - n,
                               rank == 1 ? "%zu,"
                               : i == 0  ? "%zu"
                                         : ", %zu",
                               shape[i]);
    }
    n += (size_t) snprintf(text + n, room - n, "), }");
    size_t total = (BEFORE + n + 1 + UNIT - 1) / UNIT * UNIT; /* 1 for the newline */
    total = total < LNT_NPY_MATRIX_PREAMBLE ? LNT_NPY_MATRIX_PREAMBLE : total;
    memset(text + n, ' ', total - BEFORE - n);
    begin[total - 1] = '\n';
    memcpy(begin, LNT_NPY_MAGIC "\x01", LNT_NPY_MAGIC_LENGTH + 2); /* with its NUL: version 1.0 */
    begin[LNT_NPY_MAGIC_LENGTH + 2] = (char) ((total - BEFORE) & 0xFF);
    begin[LNT_NPY_MAGIC_LENGTH + 3] = (char) ((total - BEFORE) >> 8);
    return total;
}
