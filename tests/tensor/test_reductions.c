/* SPDX-License-Identifier: MIT */
#include "support/net.h"
#include "support/strided.h"

#include <float.h>

/* --- rows --- */

EACH_PRECISION(reductions, add_row_and_sum_rows, {
    for (size_t s = 0; s < N_SHAPES; s++) {
        for (form how = 0; how < N_OUTPUT_FORMS; how++) {
            for (form row = 0; row < N_OUTPUT_FORMS; row++) {
                uint32_t state = 4;
                placed y = place_random(dtype, how, shapes[s][0], shapes[s][1], &state);
                placed b = place_random(dtype, row, 1, shapes[s][1], &state);
                OK(lnt_add_bias(&b.view, &y.view));
                EACH_ELEMENT(&y, i, j)
                {
                    const double sum = was(&y, i, j) + lnt_tensor_get(&b.view, 0, j);
                    assert_near(lnt_tensor_get(&y.view, i, j), sum, unit(dtype) * fabs(sum));
                }
                cr_assert(surroundings_kept(&y));
                cr_assert(unchanged(&b));
                for (int beta = 0; beta < 3; beta++) {
                    memcpy(b.store, b.before, b.bytes);
                    OK(lnt_column_sums(&y.view, 0.5 * beta, &b.view));
                    for (size_t j = 0; j < y.view.cols; j++) {
                        double sum = 0.5 * beta * was(&b, 0, j), size = fabs(sum);
                        for (size_t i = 0; i < y.view.rows; i++) {
                            sum += lnt_tensor_get(&y.view, i, j);
                            size += fabs(lnt_tensor_get(&y.view, i, j));
                        }
                        const double bound = (double) (y.view.rows + 3) * unit(dtype) * size;
                        assert_near(lnt_tensor_get(&b.view, 0, j), sum, 1.01 * bound);
                    }
                    cr_assert(surroundings_kept(&b));
                }
                drop(&y);
                drop(&b);
            }
        }
    }
})

EACH_PRECISION(reductions, sum_rows_with_beta_zero_clears_nan, {
    lnt_tensor x = matrix(dtype, 3, 2);
    lnt_tensor s = matrix(dtype, 1, 2);
    lnt_tensor none;
    OK(lnt_fill(NAN, &s));
    OK(lnt_column_sums(&x, 0, &s));
    assert_eq(lnt_tensor_get(&s, 0, 0), 0);
    assert_eq(lnt_tensor_get(&s, 0, 1), 0);
    OK(lnt_fill(NAN, &s));
    OK(lnt_slice_rows(&x, 0, 0, 1, &none));
    OK(lnt_column_sums(&none, 0, &s));
    assert_eq(lnt_tensor_get(&s, 0, 1), 0);
    lnt_tensor column;
    OK(lnt_slice_cols(&s, 0, 1, 1, &column));
    FAILS(LNT_ERR_SHAPE, lnt_column_sums(&x, 0, &column));
    FAILS(LNT_ERR_SHAPE, lnt_add_bias(&column, &x));
    FAILS(LNT_ERR_SHAPE, lnt_add_bias(&x, &x));
    OK(lnt_slice_rows(&x, 1, 1, 1, &none));
    FAILS(LNT_ERR_ALIAS, lnt_add_bias(&none, &x));
    FAILS(LNT_ERR_ALIAS, lnt_column_sums(&x, 0, &none));
})

EACH_PRECISION(reductions, argmax, {
    lnt_tensor x = matrix(dtype, 5, 4);
    static const double rows[5][4] = {{1, 3, 3, 2},
                                      {-5, -6, -INFINITY, -5},
                                      {1, NAN, INFINITY, NAN},
                                      {-INFINITY, -INFINITY, -INFINITY, -INFINITY},
                                      {0, 0, 0, INFINITY}};
    static const size_t expected[5] = {1, 0, 1, 0, 3};
    size_t index[5];
    for (size_t i = 0; i < 5; i++) {
        for (size_t j = 0; j < 4; j++) {
            OK(lnt_tensor_set(&x, i, j, rows[i][j]));
        }
    }
    OK(lnt_row_argmax(&x, index));
    assert_bytes_eq(index, expected, sizeof index);
    const lnt_tensor back = lnt_reverse_rows(&x);
    OK(lnt_row_argmax(&back, index));
    for (size_t i = 0; i < 5; i++) {
        assert_eq(index[i], expected[4 - i]);
    }
    lnt_tensor none;
    OK(lnt_slice_cols(&x, 0, 0, 1, &none));
    FAILS(LNT_ERR_SHAPE, lnt_row_argmax(&none, index));
    FAILS(LNT_ERR_NULL, lnt_row_argmax(&x, NULL));
    OK(lnt_slice_rows(&x, 0, 0, 1, &none));
    OK(lnt_row_argmax(&none, NULL));
})

/* --- norms --- */

EACH_PRECISION(reductions, norms_in_every_layout, {
    for (size_t s = 0; s < N_SHAPES; s++) {
        for (form how = 0; how < N_FORMS; how++) {
            uint32_t state = 5;
            placed x = place_random(dtype, how, shapes[s][0], shapes[s][1], &state);
            double l1 = 0, squares = 0, largest = 0;
            EACH_ELEMENT(&x, i, j)
            {
                const double value = fabs(lnt_tensor_get(&x.view, i, j));
                l1 += value;
                squares += value * value;
                largest = fmax(largest, value);
            }
            double value = -1;
            OK(lnt_norm(LNT_NORM_L1, &x.view, &value));
            assert_near(value, l1, 1e-12 * l1);
            OK(lnt_norm(LNT_NORM_L2, &x.view, &value));
            assert_near(value, sqrt(squares), 1e-12 * value);
            OK(lnt_norm(LNT_NORM_MAX, &x.view, &value));
            assert_eq(value, largest);
            drop(&x);
        }
    }
})

Test(reductions, norms_at_the_ends_of_the_range)
{
    double big[] = {3e307, 4e307}, tiny[] = {3e-320, 4e-320}, mixed[] = {1, INFINITY};
    double nan[] = {1, NAN, INFINITY}, zero[] = {0, -0.0}, value = 0;
    lnt_tensor x = lnt_tensor_f64(big, 1, 2);
    OK(lnt_norm(LNT_NORM_L2, &x, &value));
    assert_near(value, 5e307, 1e293);
    x = lnt_tensor_f64(tiny, 2, 1);
    OK(lnt_norm(LNT_NORM_L2, &x, &value));
    assert_near(value, 5e-320, 1e-323);
    x = lnt_tensor_f64(mixed, 1, 2);
    OK(lnt_norm(LNT_NORM_L2, &x, &value));
    assert_eq(fabs(value), INFINITY);
    x = lnt_tensor_f64(nan, 1, 3);
    for (lnt_norm_kind kind = LNT_NORM_L1; kind <= LNT_NORM_MAX; kind++) {
        OK(lnt_norm(kind, &x, &value));
        assert_nan(value);
    }
    x = lnt_tensor_f64(zero, 1, 2);
    OK(lnt_norm(LNT_NORM_L2, &x, &value));
    assert_eq(value, 0);
    float single[] = {FLT_MAX, FLT_MAX};
    x = lnt_tensor_f32(single, 1, 2);
    OK(lnt_norm(LNT_NORM_L2, &x, &value));
    assert_lt(fabs(value - sqrt(2) * (double) FLT_MAX), 1e26);
    FAILS(LNT_ERR_INVALID, lnt_norm((lnt_norm_kind) 9, &x, &value));
    FAILS(LNT_ERR_NULL, lnt_norm(LNT_NORM_L1, &x, NULL));
}

EACH_PRECISION(reductions, the_first_value_that_is_not_finite, {
    static const double bad[] = {NAN, INFINITY, -INFINITY};
    for (form how = 0; how < N_OUTPUT_FORMS; how++) {
        placed x = place_filled(dtype, how, 3, 150, 1);
        bool finite = false;
        size_t row = 99;
        size_t col = 99;
        OK(lnt_all_finite(&x.view, &finite, &row, &col));
        cr_assert(finite);
        assert_eq(row, 99);
        assert_eq(col, 99);
        for (size_t at = 0; at < 150; at += 7) {
            put(&x, 2, at, bad[at % 3]);
            OK(lnt_all_finite(&x.view, &finite, &row, &col));
            cr_assert(!finite, "found at %zu, %zu", row, col);
            assert_eq(row, 2, "found at %zu, %zu", row, col);
            assert_eq(col, at, "found at %zu, %zu", row, col);
            OK(lnt_all_finite(&x.view, &finite, NULL, NULL));
            put(&x, 2, at, dtype == LNT_F32 ? (double) FLT_MAX : DBL_MAX);
        }
        FAILS(LNT_ERR_NULL, lnt_all_finite(&x.view, NULL, NULL, NULL));
        drop(&x);
    }
})
