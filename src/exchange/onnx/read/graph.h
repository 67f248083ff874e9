/* SPDX-License-Identifier: MIT */
#ifndef LINNET_EXCHANGE_ONNX_READ_GRAPH_H
#define LINNET_EXCHANGE_ONNX_READ_GRAPH_H

#include "exchange/onnx/read/reader.h"

/** Reads and unpacks the file at `path`. The caller closes the pool, also on failure. */
lnt_status lnt_onnx_read_file(lnt_onnx_reader *reader);

/**
 * Lists the values. Refuses what no net has: data outside the file, functions, old operators, more
 * than one input, duplicate names.
 */
lnt_status lnt_onnx_index_values(lnt_onnx_reader *reader);

#endif
