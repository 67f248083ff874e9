/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_ARRAYS_IDX_H
#define LINNET_DATA_ARRAYS_IDX_H

#include "data/arrays/npy.h"
#include "data/source/stream.h"

/**
 * The file of one array that MNIST comes in: two zeros, a type (8 u1, 9 i1, 0x0B i2, 0x0C i4, 0x0D
 * f4, 0x0E f8), the rank, the extents of 4 bytes each, the elements; all big-endian, the last index
 * runs fastest.
 */
bool lnt_idx_is(const void *bytes, size_t size);

/** Reads what stands before the elements, and tells of them as an .npy file's header would. */
lnt_status lnt_idx_begin(lnt_npy_info *header, const lnt_stream *stream);

#endif
