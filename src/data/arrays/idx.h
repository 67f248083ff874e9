/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_ARRAYS_IDX_H
#define LINNET_DATA_ARRAYS_IDX_H

#include "data/arrays/npy.h"
#include "data/input/stream.h"

/**
 * The IDX format of MNIST, one array: two zeros, a type (8 u1, 9 i1, 0x0B i2, 0x0C i4, 0x0D f4,
 * 0x0E f8), the rank, the extents of 4 bytes each, the elements; all big-endian, the last index
 * changes fastest.
 */
bool lnt_idx_is(const void *bytes, size_t size);

/** Reads the header, and describes the elements as an .npy header does. */
lnt_status lnt_idx_read_header(lnt_npy_info *header, const lnt_stream *stream);

#endif
