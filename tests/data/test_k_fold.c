/* SPDX-License-Identifier: MIT */
#include "support/assert.h"
#include <linnet/data.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

enum { MOST = 2000 };

static void expect_permutation(const size_t *index, size_t rows)
{
    static bool seen[MOST];
    memset(seen, 0, sizeof seen);
    for (size_t i = 0; i < rows; i++) {
        assert_lt(index[i], rows, "index[%zu] = %zu", i, index[i]);
        cr_assert(!seen[index[i]], "index[%zu] = %zu", i, index[i]);
        seen[index[i]] = true;
    }
}

Test(k_fold, sizes)
{
    static const size_t cases[][2] = {{2, 2},  {3, 2},    {10, 10},  {10, 3},
                                      {11, 5}, {1797, 5}, {100, 99}, {1000, 7}};
    size_t index[MOST], first[MOST];
    for (size_t i = 0; i < COUNT(cases); i++) {
        const size_t rows = cases[i][0], folds = cases[i][1];
        assert_status(lnt_k_fold(rows, folds, NULL, 3, index, first), LNT_OK);
        expect_permutation(index, rows);
        assert_eq(first[0], 0);
        assert_eq(first[folds], rows);
        for (size_t f = 0; f < folds; f++) {
            const size_t size = first[f + 1] - first[f];
            cr_assert(size == rows / folds || size == rows / folds + 1, "fold %zu: %zu", f, size);
        }
    }
}

/* Classes of 1 to 60 rows, in 2 to 11 folds: each class is spread as evenly as its rows allow. */
Test(k_fold, classes_are_spread)
{
    enum { ROWS = 211, CLASSES = 5 };
    static const size_t sizes[CLASSES] = {1, 60, 97, 3, 50};
    int32_t values[ROWS];
    size_t index[ROWS], first[12], place = 0;
    for (size_t c = 0; c < CLASSES; c++) {
        for (size_t i = 0; i < sizes[c]; i++) {
            values[place++ * 7 % ROWS] = (int32_t) c - 2;
        }
    }
    const lnt_tensor labels = lnt_tensor_i32(values, ROWS, 1);
    for (size_t folds = 2; folds < 12; folds++) {
        assert_status(lnt_k_fold(ROWS, folds, &labels, folds, index, first), LNT_OK);
        expect_permutation(index, ROWS);
        for (size_t f = 0; f < folds; f++) {
            size_t count[CLASSES] = {0};
            assert_le(first[f + 1] - first[f] - ROWS / folds, 1);
            for (size_t i = first[f]; i < first[f + 1]; i++) {
                count[values[index[i]] + 2]++;
            }
            for (size_t c = 0; c < CLASSES; c++) {
                assert_le(count[c] - sizes[c] / folds, 1, "%zu folds: class %zu in fold %zu: %zu",
                          folds, c, f, count[c]);
            }
        }
    }
}

Test(k_fold, depends_on_the_seed_alone)
{
    int32_t values[100];
    for (size_t i = 0; i < 100; i++) {
        values[i] = i % 3 == 0;
    }
    const lnt_tensor labels = lnt_tensor_i32(values, 100, 1);
    size_t a[100], b[100], c[100], first[6];
    for (int stratified = 0; stratified < 2; stratified++) {
        const lnt_tensor *by = stratified ? &labels : NULL;
        assert_status(lnt_k_fold(100, 5, by, 7, a, first), LNT_OK);
        assert_status(lnt_k_fold(100, 5, by, 7, b, first), LNT_OK);
        assert_status(lnt_k_fold(100, 5, by, 8, c, first), LNT_OK);
        assert_eq(memcmp(a, b, sizeof a), 0);
        assert_ne(memcmp(a, c, sizeof a), 0);
    }
}

/* How often rows 0 and 1, of one class, share a fold: 1 in 4 if rows are dealt at random. */
Test(k_fold, rows_of_a_class_are_dealt_at_random)
{
    enum { ROWS = 40, SEEDS = 4000 };
    int32_t values[ROWS] = {0};
    const lnt_tensor labels = lnt_tensor_i32(values, ROWS, 1);
    size_t index[ROWS], first[5], together = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        size_t fold[2] = {0};
        assert_status(lnt_k_fold(ROWS, 4, &labels, seed, index, first), LNT_OK);
        for (size_t i = 0; i < ROWS; i++) {
            if (index[i] < 2) {
                fold[index[i]] = i / 10;
            }
        }
        together += fold[0] == fold[1];
    }
    const double p = 9.0 / 39, expected = p * SEEDS, deviation = sqrt(expected * (1 - p));
    assert_lt(fabs((double) together - expected), 5 * deviation, "%zu", together);
}

Test(k_fold, errors)
{
    double values[] = {0, 1, NAN, 0};
    const lnt_tensor labels = lnt_tensor_f64(values, 4, 1), few = lnt_tensor_f64(values, 2, 1);
    size_t index[4], first[5];
    assert_status(lnt_k_fold(4, 2, NULL, 0, NULL, first), LNT_ERR_NULL);
    assert_status(lnt_k_fold(4, 2, NULL, 0, index, NULL), LNT_ERR_NULL);
    assert_status(lnt_k_fold(4, 1, NULL, 0, index, first), LNT_ERR_INVALID);
    assert_status(lnt_k_fold(4, 0, NULL, 0, index, first), LNT_ERR_INVALID);
    assert_status(lnt_k_fold(4, 5, NULL, 0, index, first), LNT_ERR_INVALID);
    assert_status(lnt_k_fold(4, 2, &few, 0, index, first), LNT_ERR_SHAPE);
    assert_status(lnt_k_fold(4, 2, &labels, 0, index, first), LNT_ERR_NONFINITE);
}
