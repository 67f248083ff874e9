/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_TABLE_LABELS_H
#define LINNET_DATA_TABLE_LABELS_H

#include "base/intern.h"
#include "base/numbers/number.h"
#include "base/sort.h"
#include "data/table/frame.h"

/** A set's strings in a new order: `order[k]` is the k-th of them, `rank[order[k]]` is k. */
typedef struct lnt_ranking {
    size_t *order;
    size_t *rank;
} lnt_ranking;

/** `compare` gets strings' numbers and `set`. One allocation, given back by releasing `order`. */
lnt_status lnt_labels_rank(lnt_ranking *ranking, const lnt_intern *set, lnt_compare compare,
                           const lnt_allocator *allocator);

/** The texts of a set, sorted by bytes, and their ranking. On failure there is nothing to release.
 */
lnt_status lnt_labels_sort(lnt_names **labels, lnt_ranking *ranking, const lnt_intern *set,
                           const lnt_allocator *allocator);

/**
 * A column that holds the numbers of the texts in `set`: makes the texts, sorted by bytes, its
 * labels and the cells indices into them.
 */
lnt_status lnt_labels_settle(lnt_frame *frame, size_t column, const lnt_intern *set);

/** The same column if every text is a number: makes the cells these numbers. `*done` tells. */
lnt_status lnt_labels_unsettle(lnt_frame *frame, size_t column, const lnt_intern *set,
                               const lnt_number_reader *reader, bool *done);

#endif
