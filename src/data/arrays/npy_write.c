/* SPDX-License-Identifier: MIT */
#include "data/arrays/npy.h"

#include <stdio.h>
#include <string.h>

enum { BEFORE = LNT_NPY_MAGIC_LENGTH + 4, UNIT = 64 };

size_t lnt_npy_header_write(lnt_scalar scalar, bool fortran, size_t rank, const size_t *shape,
                            char begin[LNT_NPY_BEGIN_ROOM])
{
    char *const text = begin + BEFORE;
    const size_t room = LNT_NPY_BEGIN_ROOM - BEFORE;
    const char order = scalar.size == 1 ? '|' : scalar.big_endian ? '>' : '<';
    size_t n = (size_t) snprintf(text, room, "{'descr': '%c%c%d', 'fortran_order': %s, 'shape': (",
                                 order, scalar.kind, scalar.size, fortran ? "True" : "False");
    for (size_t i = 0; i < rank; i++) {
        n += (size_t) snprintf(text + n, room - n,
                               rank == 1 ? "%zu,"
                               : i == 0  ? "%zu"
                                         : ", %zu",
                               shape[i]);
    }
    n += (size_t) snprintf(text + n, room - n, "), }");
    size_t total = (BEFORE + n + 1 + UNIT - 1) / UNIT * UNIT; /* 1 for the newline */
    total = total < LNT_NPY_MATRIX_BEGIN ? LNT_NPY_MATRIX_BEGIN : total;
    memset(text + n, ' ', total - BEFORE - n);
    begin[total - 1] = '\n';
    memcpy(begin, LNT_NPY_MAGIC "\x01", LNT_NPY_MAGIC_LENGTH + 2); /* and its NUL: version 1.0 */
    begin[LNT_NPY_MAGIC_LENGTH + 2] = (char) ((total - BEFORE) & 0xFF);
    begin[LNT_NPY_MAGIC_LENGTH + 3] = (char) ((total - BEFORE) >> 8);
    return total;
}
