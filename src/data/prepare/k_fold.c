/* SPDX-License-Identifier: MIT */
#include <linnet/data.h>

#include "data/prepare/strata.h"
#include <linnet/random.h>

/* Rows are sorted by class and shuffled within each class. Then they go to the folds in turn:
 * sorted row p goes to fold p mod folds. So neither the sizes of folds nor the rows of a class in
 * them differ by more than one. */
static size_t fold_position(size_t p, size_t folds, const size_t *first)
{
    return first[p % folds] + p / folds;
}

/* Moves each row to its position, along the cycles of the permutation, without allocation. */
static void distribute(size_t rows, size_t folds, const size_t *first, size_t *index)
{
    for (size_t begin = 0; begin < rows; begin++) {
        if ((index[begin] & LNT_MARK) != 0) {
            continue;
        }
        size_t row = index[begin], position = begin;
        do {
            position = fold_position(position, folds, first);
            const size_t displaced = index[position];
            index[position] = row | LNT_MARK;
            row = displaced;
        } while (position != begin);
    }
    for (size_t i = 0; i < rows; i++) {
        index[i] &= ~LNT_MARK;
    }
}

lnt_status lnt_k_fold(size_t rows, size_t folds, const lnt_tensor *labels, uint64_t seed,
                      size_t *index, size_t *first)
{
    if (index == NULL || first == NULL) {
        return LNT_ERR_NULL;
    }
    if (folds < 2 || folds > rows) {
        return LNT_ERR_INVALID;
    }
    if (labels != NULL) {
        LNT_TRY(lnt_strata_check(labels, rows));
    }
    first[0] = 0;
    for (size_t f = 0; f < folds; f++) {
        first[f + 1] = first[f] + rows / folds + (f < rows % folds);
    }
    for (size_t i = 0; i < rows; i++) {
        index[i] = i;
    }
    lnt_random random = lnt_random_init(seed, LNT_STREAM_SPLIT);
    if (labels == NULL) {
        lnt_random_shuffle(&random, index, rows);
        return LNT_OK;
    }
    lnt_strata_sort(labels, index);
    for (size_t begin = 0, end; begin < rows; begin = end) {
        end = lnt_strata_end(labels, index, begin);
        lnt_random_shuffle(&random, index + begin, end - begin);
    }
    distribute(rows, folds, first, index);
    for (size_t f = 0; f < folds; f++) {
        lnt_random_shuffle(&random, index + first[f], first[f + 1] - first[f]);
    }
    return LNT_OK;
}
