/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_ARRAYS_ARRAY_H
#define LINNET_DATA_ARRAYS_ARRAY_H

#include "data/arrays/npy.h"
#include "data/source/stream.h"
#include "data/table/table.h"

/** Reads what stands before the elements of an .npy file. */
lnt_status lnt_array_begin(lnt_npy_info *header, const lnt_stream *stream);

/**
 * Reads an array's elements, the rest of the stream, into a table that has its shape. A table
 * without a matrix gets one that is laid out as the file is, so that nothing is moved; else the
 * array becomes the columns from `first` on. `stream->size` counts from the file's begin. From a
 * stream whose end nobody knows, memory grows with what has been read.
 */
lnt_status lnt_array_read(lnt_table *table, const lnt_stream *stream, const lnt_npy_info *header,
                          size_t first);

/** Fails unless the stream has the elements that the header tells of, and nothing else. */
lnt_status lnt_array_check_size(const lnt_stream *stream, const lnt_npy_info *header);

#endif
