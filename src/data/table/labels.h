/* SPDX-License-Identifier: MIT */
#ifndef LINNET_DATA_TABLE_LABELS_H
#define LINNET_DATA_TABLE_LABELS_H

#include "base/intern.h"
#include "base/numbers/number.h"
#include "base/sort.h"
#include "data/table/frame.h"

/** An order of a set's strings: `order[k]` is the k-th string, and `rank[order[k]]` is k. */
typedef struct lnt_ranking {
    size_t *order;
    size_t *rank;
} lnt_ranking;

/**
 * `compare` gets the numbers of two strings, and `set`. One allocation, freed by releasing `order`.
 */
lnt_status lnt_labels_rank(lnt_ranking *ranking, const lnt_intern *set, lnt_compare compare,
                           const lnt_allocator *allocator);

/** The texts of a set, sorted by bytes, and their ranking. On failure nothing is allocated. */
lnt_status lnt_labels_sort(lnt_names **labels, lnt_ranking *ranking, const lnt_intern *set,
                           const lnt_allocator *allocator);

/**
 * Encodes a column whose cells are indices into the texts of `set`: the sorted texts become its
 * labels, and the cells become indices into the labels.
 */
lnt_status lnt_labels_encode(lnt_frame *frame, size_t column, const lnt_intern *set);

/**
 * If every text of the set is a number, replaces the cells by these numbers. `*done`: whether it
 * did.
 */
lnt_status lnt_labels_decode_numbers(lnt_frame *frame, size_t column, const lnt_intern *set,
                                     const lnt_number_reader *reader, bool *done);

#endif
