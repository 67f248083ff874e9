/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_PREPARE_STRATA_H
#define LINNET_DATA_PREPARE_STRATA_H

#include <linnet/tensor.h>

/** The top bit of an index, which row numbers do not use. */
#define LNT_MARK ((size_t) 1 << (sizeof(size_t) * 8 - 1))

/** Checks that `labels` are [rows, 1], finite, and few enough for products of row counts. */
lnt_status lnt_strata_check(const lnt_tensor *labels, size_t rows);

/** Sorts the row numbers by label, those of one label by number. */
void lnt_strata_sort(const lnt_tensor *labels, size_t *index);

/** The end of the class that begins at position `begin` of sorted, possibly marked, row numbers. */
size_t lnt_strata_end(const lnt_tensor *labels, const size_t *index, size_t begin);

#endif
