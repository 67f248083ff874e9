/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_ARRAYS_ARRAY_H
#define LINNET_DATA_ARRAYS_ARRAY_H

#include "data/arrays/npy.h"
#include "data/input/stream.h"
#include "data/table/table.h"

/** Reads the header of an .npy file: all bytes before the elements. */
lnt_status lnt_array_read_header(lnt_npy_info *header, const lnt_stream *stream);

/**
 * Reads an array's elements, the rest of the stream, into a table that has its shape. If the table
 * has no matrix, one is allocated in the layout of the file, so that no element is moved. Otherwise
 * the array becomes the columns from `first` on. `stream->size` includes the header. If the
 * stream's size is unknown, memory grows with the data read.
 */
lnt_status lnt_array_read(lnt_table *table, const lnt_stream *stream, const lnt_npy_info *header,
                          size_t first);

/** Checks that the stream has exactly the elements that the header describes. */
lnt_status lnt_array_check_size(const lnt_stream *stream, const lnt_npy_info *header);

#endif
