/* SPDX-License-Identifier: MIT */
#include "support/assert.h"
#include <linnet/data.h>
#include <linnet/random.h>
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

/* --- without classes --- */

Test(split, sizes)
{
    static const struct {
        size_t rows;
        double fraction;
        size_t validation;
    } cases[] = {{0, 0.5, 0},    {1, 0.5, 0},  {1, 0, 0},        {2, 0.5, 1},      {2, 0.001, 1},
                 {2, 0.999, 1},  {10, 0.2, 2}, {10, 0.25, 3},    {10, 0.24, 2},    {10, 0.001, 1},
                 {10, 0.999, 9}, {10, 0, 0},   {1797, 0.2, 359}, {1000, 0.15, 150}};
    size_t index[MOST];
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t first = 99999;
        assert_status(
            lnt_train_test_split(cases[i].rows, cases[i].fraction, NULL, 1, index, &first), LNT_OK);
        assert_eq(cases[i].rows - first, cases[i].validation, "case %zu: %zu", i, first);
        expect_permutation(index, cases[i].rows);
    }
}

Test(split, depends_on_the_seed_alone)
{
    size_t a[100], b[100], c[100], first;
    assert_status(lnt_train_test_split(100, 0.3, NULL, 7, a, &first), LNT_OK);
    assert_status(lnt_train_test_split(100, 0.3, NULL, 7, b, &first), LNT_OK);
    assert_status(lnt_train_test_split(100, 0.3, NULL, 8, c, &first), LNT_OK);
    assert_eq(memcmp(a, b, sizeof a), 0);
    assert_ne(memcmp(a, c, sizeof a), 0);
}

/* How often each row goes to validation, over many seeds: within five standard deviations. */
static void expect_fair(size_t rows, double fraction, const lnt_tensor *labels)
{
    enum { SEEDS = 4000, ROWS = 40 };
    size_t chosen[ROWS] = {0}, index[ROWS], first = 0;
    assert_le(rows, ROWS);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        assert_status(lnt_train_test_split(rows, fraction, labels, seed, index, &first), LNT_OK);
        for (size_t i = first; i < rows; i++) {
            chosen[index[i]]++;
        }
    }
    const double p = (double) (rows - first) / (double) rows;
    for (size_t i = 0; i < rows; i++) {
        assert_lt(fabs((double) chosen[i] - SEEDS * p), 5 * sqrt(SEEDS * p * (1 - p)),
                  "row %zu: %zu times", i, chosen[i]);
    }
}

Test(split, is_fair)
{
    expect_fair(40, 0.25, NULL);
    float classes[40];
    for (size_t i = 0; i < 40; i++) {
        classes[i] = (float) (i % 4);
    }
    const lnt_tensor labels = lnt_tensor_f32(classes, 40, 1);
    expect_fair(40, 0.3, &labels);
}

/* --- with classes --- */

typedef struct outcome {
    size_t first;
    size_t size[10];       /* of each class */
    size_t validation[10]; /* rows of it there */
} outcome;

static outcome split_classes(const double *classes, size_t rows, double fraction, uint64_t seed)
{
    static double copy[MOST];
    memcpy(copy, classes, rows * sizeof *classes);
    const lnt_tensor labels = lnt_tensor_f64(copy, rows, 1);
    static size_t index[MOST];
    outcome o = {0};
    assert_status(lnt_train_test_split(rows, fraction, &labels, seed, index, &o.first), LNT_OK);
    expect_permutation(index, rows);
    for (size_t i = 0; i < rows; i++) {
        o.size[(size_t) classes[index[i]]]++;
        o.validation[(size_t) classes[index[i]]] += i >= o.first;
    }
    return o;
}

Test(split, each_class_in_proportion)
{
    double classes[100];
    for (size_t i = 0; i < 100; i++) {
        classes[i] = i < 50 ? 0 : i < 80 ? 1 : 2;
    }
    const outcome o = split_classes(classes, 100, 0.2, 3);
    assert_eq(o.first, 80);
    assert_eq(o.validation[0], 10);
    assert_eq(o.validation[1], 6);
    assert_eq(o.validation[2], 4);
}

/* 17 rows, 5 to choose; shares 5·(8, 6, 3)/17 = 2.35, 1.76, 0.88: the two last get the rest. */
Test(split, largest_remainders)
{
    double classes[17];
    for (size_t i = 0; i < 17; i++) {
        classes[i] = i < 8 ? 0 : i < 14 ? 1 : 2;
    }
    const outcome o = split_classes(classes, 17, 0.3, 3);
    assert_eq(o.first, 12);
    assert_eq(o.validation[0], 2);
    assert_eq(o.validation[1], 2);
    assert_eq(o.validation[2], 1);
}

Test(split, ties_go_to_the_first_classes)
{
    double classes[20];
    for (size_t i = 0; i < 20; i++) {
        classes[i] = (double) (i % 4);
    }
    const outcome o = split_classes(classes, 20, 0.5, 3); /* 10 rows: 2.5 each */
    assert_eq(o.first, 10);
    assert_eq(o.validation[0], 3);
    assert_eq(o.validation[1], 3);
    assert_eq(o.validation[2], 2);
    assert_eq(o.validation[3], 2);
}

Test(split, rare_classes_stay_in_training)
{
    double classes[30];
    for (size_t i = 0; i < 30; i++) {
        classes[i] = i == 4 ? 1 : i == 9 || i == 20 ? 2 : 0;
    }
    outcome o = split_classes(classes, 30, 0.9, 3);
    assert_eq(o.size[1], 1);
    assert_eq(o.validation[1], 0, "one row");
    assert_eq(o.validation[2], 1, "two rows: one each");
    assert_eq(o.validation[0], 25);
    o = split_classes(classes, 30, 0.01, 3);
    assert_eq(o.first, 29, "at least one row");
    assert_eq(o.validation[0], 1);
}

Test(split, classes_of_one_row_only)
{
    const double classes[] = {3, 1, 2, 0};
    const outcome o = split_classes(classes, 4, 0.5, 3);
    assert_eq(o.first, 4);
}

/* Against the definition, for many random class sizes. */
Test(split, random_classes)
{
    lnt_random random = lnt_random_init(5, 5);
    static double classes[MOST];
    for (int trial = 0; trial < 400; trial++) {
        const size_t rows = 2 + (size_t) lnt_random_bounded(&random, 300);
        const uint64_t kinds = 1 + lnt_random_bounded(&random, 10);
        const double fraction = 0.05 + 0.9 * lnt_random_uniform(&random);
        for (size_t i = 0; i < rows; i++) {
            const uint64_t a = lnt_random_bounded(&random, kinds),
                           b = lnt_random_bounded(&random, kinds);
            classes[i] = (double) (a < b ? a : b);
        }
        const outcome o = split_classes(classes, rows, fraction, (uint64_t) trial);
        const double wanted = fmin(fmax(round(fraction * (double) rows), 1), (double) rows - 1);
        size_t without_room = 0;
        for (size_t k = 0; k < kinds; k++) {
            const double share = wanted * (double) o.size[k] / (double) rows;
            assert_lt(fabs((double) o.validation[k] - share), 1, "%zu of %zu, share %g",
                      o.validation[k], o.size[k], share);
            if (o.size[k] != 0) {
                assert_lt(o.validation[k], o.size[k]);
            }
            without_room += o.size[k] > 0 && share > (double) o.size[k] - 1;
        }
        assert_le((double) (rows - o.first), wanted);
        if (without_room == 0) {
            assert_eq((double) (rows - o.first), wanted, "%zu, wanted %g", rows - o.first, wanted);
        }
    }
}

Test(split, labels_of_any_type_and_stride)
{
    size_t a[60], b[60], c[60], first;
    double wide[60][3];
    int32_t narrow[60];
    float single[60];
    for (size_t i = 0; i < 60; i++) {
        wide[59 - i][1] = (double) (i % 3);
        narrow[i] = (int32_t) (i % 3);
        single[i] = (float) (i % 3);
    }
    const lnt_tensor strided = lnt_tensor_strided(LNT_F64, &wide[59][1], 60, 1, -3, 1);
    const lnt_tensor integers = lnt_tensor_i32(narrow, 60, 1);
    const lnt_tensor floats = lnt_tensor_f32(single, 60, 1);
    assert_status(lnt_train_test_split(60, 0.25, &strided, 2, a, &first), LNT_OK);
    assert_status(lnt_train_test_split(60, 0.25, &integers, 2, b, &first), LNT_OK);
    assert_status(lnt_train_test_split(60, 0.25, &floats, 2, c, &first), LNT_OK);
    assert_eq(memcmp(a, b, sizeof a), 0);
    assert_eq(memcmp(a, c, sizeof a), 0);
}

Test(split, refused)
{
    float classes[3] = {0, 1, 0};
    const lnt_tensor labels = lnt_tensor_f32(classes, 3, 1);
    const lnt_tensor row = lnt_transpose(&labels);
    size_t index[4] = {9, 9, 9, 9}, first = 77;
    static const double bad[] = {-0.1, 1, 1.5, NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_status(lnt_train_test_split(3, bad[i], NULL, 1, index, &first), LNT_ERR_INVALID);
    }
    assert_status(lnt_train_test_split(3, 0.5, NULL, 1, NULL, &first), LNT_ERR_NULL);
    assert_status(lnt_train_test_split(3, 0.5, NULL, 1, index, NULL), LNT_ERR_NULL);
    assert_status(lnt_train_test_split(4, 0.5, &labels, 1, index, &first), LNT_ERR_SHAPE);
    assert_status(lnt_train_test_split(3, 0.5, &row, 1, index, &first), LNT_ERR_SHAPE);
    const lnt_tensor unset = {0};
    assert_status(lnt_train_test_split(3, 0.5, &unset, 1, index, &first), LNT_ERR_DTYPE);
    classes[1] = NAN;
    assert_status(lnt_train_test_split(3, 0.5, &labels, 1, index, &first), LNT_ERR_NONFINITE);
    assert_eq(first, 77);
    assert_eq(index[0], 9);
    assert_status(lnt_train_test_split(0, 0.5, NULL, 1, NULL, &first), LNT_OK);
    assert_eq(first, 0);
}

#if SIZE_MAX > UINT32_MAX
Test(split, more_rows_than_shares_can_be_computed_for)
{
    float one = 1;
    size_t index = 9, first = 77;
    const size_t rows = (size_t) 1 << 33;
    const lnt_tensor labels = lnt_tensor_strided(LNT_F32, &one, rows, 1, 0, 1);
    assert_status(lnt_train_test_split(rows, 0.5, &labels, 1, &index, &first), LNT_ERR_TOO_LARGE);
    assert_eq(index, 9);
    assert_eq(first, 77);
}
#endif

/* --- reordering --- */

Test(split, permute_rows)
{
    lnt_random random = lnt_random_init(6, 6);
    static const size_t widths[] = {1, 3, 64, 511, 512, 513, 1024, 1500};
    enum { ROWS = 23, WIDEST = 1500 };
    static double x[ROWS * WIDEST], want[ROWS * WIDEST];
    for (size_t k = 0; k < COUNT(widths); k++) {
        const size_t cols = widths[k];
        size_t index[ROWS], before[ROWS];
        for (size_t i = 0; i < ROWS; i++) {
            index[i] = i;
        }
        lnt_random_shuffle(&random, index, ROWS);
        memcpy(before, index, sizeof index);
        for (size_t i = 0; i < ROWS * cols; i++) {
            x[i] = (double) i;
        }
        for (size_t i = 0; i < ROWS; i++) {
            memcpy(want + i * cols, x + index[i] * cols, cols * sizeof *x);
        }
        lnt_tensor t = lnt_tensor_f64(x, ROWS, cols);
        assert_status(lnt_permute_rows(&t, index), LNT_OK);
        assert_eq(memcmp(x, want, ROWS * cols * sizeof *x), 0);
        assert_eq(memcmp(index, before, sizeof index), 0, "the index is restored");
    }
}

Test(split, permute_any_view)
{
    static const lnt_dtype dtypes[] = {LNT_F32, LNT_F64, LNT_I32};
    for (size_t k = 0; k < COUNT(dtypes); k++) {
        double memory[5 * 40];
        size_t index[5] = {3, 0, 2, 4, 1};
        const lnt_tensor views[] = {
            lnt_tensor_strided(dtypes[k], memory, 5, 7, 1, 5),
            lnt_tensor_strided(dtypes[k], memory + 100, 5, 7, -14, 2),
            lnt_tensor_strided(dtypes[k], memory, 5, 1, 8, 3),
        };
        for (size_t v = 0; v < COUNT(views); v++) {
            lnt_tensor t = views[v];
            for (size_t i = 0; i < 5; i++) {
                for (size_t j = 0; j < t.cols; j++) {
                    assert_status(lnt_tensor_set(&t, i, j, (double) (10 * i + j)), LNT_OK);
                }
            }
            assert_status(lnt_permute_rows(&t, index), LNT_OK);
            for (size_t i = 0; i < 5; i++) {
                for (size_t j = 0; j < t.cols; j++) {
                    assert_eq(lnt_tensor_get(&t, i, j), (double) (10 * index[i] + j));
                }
            }
        }
    }
}

Test(split, permute_refused)
{
    float x[6] = {1, 2, 3, 4, 5, 6};
    lnt_tensor t = lnt_tensor_f32(x, 3, 2);
    static const size_t bad[][3] = {{0, 1, 3}, {0, 1, 1}, {2, 2, 2}, {SIZE_MAX, 1, 2}, {0, 0, 1}};
    for (size_t i = 0; i < COUNT(bad); i++) {
        size_t index[3];
        memcpy(index, bad[i], sizeof index);
        assert_status(lnt_permute_rows(&t, index), LNT_ERR_INVALID);
        assert_eq(memcmp(index, bad[i], sizeof index), 0);
    }
    size_t good[3] = {2, 1, 0};
    assert_status(lnt_permute_rows(NULL, good), LNT_ERR_NULL);
    assert_status(lnt_permute_rows(&t, NULL), LNT_ERR_NULL);
    lnt_tensor folded = lnt_tensor_strided(LNT_F32, x, 3, 2, 0, 1);
    assert_status(lnt_permute_rows(&folded, good), LNT_ERR_ALIAS);
    lnt_tensor unset = {0};
    assert_status(lnt_permute_rows(&unset, good), LNT_ERR_DTYPE);
    assert_eq(x[0], 1.0f);
    assert_eq(x[5], 6.0f);
    lnt_tensor empty = lnt_tensor_f32(NULL, 0, 2);
    assert_status(lnt_permute_rows(&empty, NULL), LNT_OK);
    lnt_tensor flat = lnt_tensor_f32(NULL, 3, 0);
    assert_status(lnt_permute_rows(&flat, good), LNT_OK);
}
