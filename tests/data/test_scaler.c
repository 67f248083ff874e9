/* SPDX-License-Identifier: MIT */
#include "support/failing_allocator.h"

#include "support/assert.h"
#include <float.h>
#include <linnet/data.h>
#include <linnet/random.h>
#include <math.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static lnt_scaler *fit(const lnt_tensor *x)
{
    lnt_scaler *scaler = NULL;
    assert_status(lnt_scaler_fit(&scaler, LNT_SCALING_STANDARD, x, NULL), LNT_OK);
    return scaler;
}

Test(scaler, mean_and_deviation)
{
    double values[] = {1, 10, 5, 2, 20, 5, 3, 30, 5, 4, 40, 5};
    const lnt_tensor x = lnt_tensor_f64(values, 4, 3);
    lnt_scaler *scaler = fit(&x);
    assert_eq(lnt_scaler_cols(scaler), 3);
    const double *const offset = lnt_scaler_offset(scaler), *const scale = lnt_scaler_scale(scaler);
    assert_eq(offset[0], 2.5);
    assert_eq(offset[1], 25);
    assert_eq(offset[2], 5);
    assert_eq(scale[0], sqrt(1.25), "divided by rows, not rows - 1");
    assert_eq(scale[1], sqrt(125));
    assert_eq(scale[2], 1, "a constant column");
    lnt_scaler_destroy(scaler);
}

/* The mean of equal numbers need not be that number; such a column must become 0, not noise. */
Test(scaler, constant_columns)
{
    double values[3000];
    for (size_t i = 0; i < 1000; i++) {
        values[3 * i] = 0.1;
        values[3 * i + 1] = 1e16 / 3;
        values[3 * i + 2] = -DBL_MAX / 2; /* whose sum overflows */
    }
    lnt_tensor x = lnt_tensor_f64(values, 1000, 3);
    lnt_scaler *scaler = fit(&x);
    assert_status(lnt_scaler_transform(scaler, &x, &x), LNT_OK);
    for (size_t i = 0; i < COUNT(values); i++) {
        assert_eq(values[i], 0);
    }
    lnt_scaler_destroy(scaler);
}

Test(scaler, one_row)
{
    float values[] = {3, -4};
    lnt_tensor x = lnt_tensor_f32(values, 1, 2);
    lnt_scaler *scaler = fit(&x);
    assert_eq(lnt_scaler_offset(scaler)[1], -4);
    assert_eq(lnt_scaler_scale(scaler)[1], 1);
    lnt_scaler_destroy(scaler);
}

/* A large mean beside a small spread: the one-pass formula has no digit left here. */
Test(scaler, large_mean)
{
    double values[1000];
    for (size_t i = 0; i < 1000; i++) {
        values[i] = 1e9 + (i % 2 == 0 ? 0.25 : -0.25);
    }
    const lnt_tensor x = lnt_tensor_f64(values, 1000, 1);
    lnt_scaler *scaler = fit(&x);
    assert_near(lnt_scaler_offset(scaler)[0], 1e9, 1e-6);
    assert_near(lnt_scaler_scale(scaler)[0], 0.25, 1e-12);
    lnt_scaler_destroy(scaler);
}

enum { ROWS = 37, COLS = 150 };

static lnt_tensor random_table(lnt_dtype dtype, void *memory)
{
    lnt_random random = lnt_random_init(4, 4);
    const lnt_tensor x = lnt_tensor_view(dtype, memory, ROWS, COLS);
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < COLS; j++) {
            const double value = (double) j + (1 + (double) (j % 7)) * lnt_random_normal(&random);
            assert_status(lnt_tensor_set(&x, i, j, value), LNT_OK);
        }
    }
    return x;
}

Test(scaler, agrees_with_the_definition)
{
    for (int precision = 0; precision < 2; precision++) {
        static double memory[ROWS * COLS];
        const lnt_tensor x = random_table(precision == 0 ? LNT_F32 : LNT_F64, memory);
        lnt_scaler *scaler = fit(&x);
        for (size_t j = 0; j < COLS; j++) {
            double mean = 0, variance = 0;
            for (size_t i = 0; i < ROWS; i++) {
                mean += lnt_tensor_get(&x, i, j) / ROWS;
            }
            for (size_t i = 0; i < ROWS; i++) {
                variance += pow(lnt_tensor_get(&x, i, j) - mean, 2) / ROWS;
            }
            assert_near(lnt_scaler_offset(scaler)[j], mean, 1e-13 * (1 + fabs(mean)));
            assert_near(lnt_scaler_scale(scaler)[j], sqrt(variance), 1e-13 * sqrt(variance));
        }
        lnt_scaler_destroy(scaler);
    }
}

Test(scaler, scaled_columns_have_mean_0_and_deviation_1)
{
    static double memory[ROWS * COLS], scaled[ROWS * COLS];
    const lnt_tensor x = random_table(LNT_F64, memory);
    lnt_tensor z = lnt_tensor_f64(scaled, ROWS, COLS);
    lnt_scaler *scaler = fit(&x);
    assert_status(lnt_scaler_transform(scaler, &x, &z), LNT_OK);
    lnt_scaler *again = fit(&z);
    for (size_t j = 0; j < COLS; j++) {
        assert_lt(fabs(lnt_scaler_offset(again)[j]), 1e-13);
        assert_lt(fabs(lnt_scaler_scale(again)[j] - 1), 1e-13);
    }
    lnt_scaler_destroy(scaler);
    lnt_scaler_destroy(again);
}

/* Exactly the formulas in double, rounded once, for any strides; and in place. */
static void expect_maps(lnt_dtype dtype, const lnt_tensor *views, size_t count)
{
    static double offset[COLS], scale[COLS];
    for (size_t j = 0; j < COLS; j++) {
        offset[j] = (double) j / 7;
        scale[j] = j % 2 == 0 ? 3 : -0.7;
    }
    lnt_scaler *scaler;
    assert_status(lnt_scaler_create(&scaler, COLS, offset, scale, NULL), LNT_OK);
    for (size_t v = 0; v < count; v++) {
        static double memory[ROWS * COLS], first[ROWS * COLS];
        const lnt_tensor x = random_table(dtype, memory),
                         scaled = lnt_tensor_f64(first, ROWS, COLS);
        lnt_tensor z = views[v];
        assert_status(lnt_scaler_transform(scaler, &x, &z), LNT_OK);
        for (size_t i = 0; i < ROWS; i++) {
            for (size_t j = 0; j < COLS; j++) {
                const double want = (lnt_tensor_get(&x, i, j) - offset[j]) / scale[j];
                assert_eq(lnt_tensor_get(&z, i, j),
                          dtype == LNT_F32 ? (double) (float) want : want);
                assert_status(lnt_tensor_set(&scaled, i, j, lnt_tensor_get(&z, i, j)), LNT_OK);
            }
        }
        assert_status(lnt_scaler_inverse_transform(scaler, &z, &z), LNT_OK);
        for (size_t i = 0; i < ROWS; i++) {
            for (size_t j = 0; j < COLS; j++) {
                const double want = lnt_tensor_get(&scaled, i, j) * scale[j] + offset[j];
                assert_eq(lnt_tensor_get(&z, i, j),
                          dtype == LNT_F32 ? (double) (float) want : want);
            }
        }
    }
    lnt_scaler_destroy(scaler);
}

Test(scaler, maps)
{
    static double memory[2 * ROWS * COLS];
    static const lnt_dtype dtypes[] = {LNT_F32, LNT_F64};
    for (size_t k = 0; k < COUNT(dtypes); k++) {
        const lnt_tensor views[] = {
            lnt_tensor_view(dtypes[k], memory, ROWS, COLS),
            lnt_tensor_strided(dtypes[k], memory, ROWS, COLS, 1, ROWS),
            lnt_tensor_strided(dtypes[k], memory, ROWS, COLS, 2 * COLS, 2),
        };
        expect_maps(dtypes[k], views, COUNT(views));
        const lnt_tensor reversed = lnt_reverse_cols(&views[2]);
        const lnt_tensor both = lnt_reverse_rows(&reversed);
        expect_maps(dtypes[k], &both, 1);
    }
}

Test(scaler, created)
{
    double offset[] = {1, 2}, scale[] = {-3, 4};
    lnt_scaler *scaler;
    assert_status(lnt_scaler_create(&scaler, 2, offset, scale, NULL), LNT_OK);
    offset[0] = scale[0] = 99;
    assert_eq(lnt_scaler_cols(scaler), 2);
    assert_eq(lnt_scaler_offset(scaler)[0], 1);
    assert_eq(lnt_scaler_scale(scaler)[0], -3);
    lnt_scaler_destroy(scaler);
    assert_status(lnt_scaler_create(&scaler, 0, NULL, NULL, NULL), LNT_OK);
    assert_eq(lnt_scaler_cols(scaler), 0);
    lnt_scaler_destroy(scaler);
    lnt_scaler_destroy(NULL);
    assert_eq(lnt_scaler_cols(NULL), 0);
    cr_assert_null(lnt_scaler_offset(NULL));
    cr_assert_null(lnt_scaler_scale(NULL));
}

Test(scaler, create_refused)
{
    const double good[] = {1, 2}, zero[] = {1, 0}, nan[] = {NAN, 1}, infinite[] = {1, -INFINITY};
    lnt_scaler *scaler = (lnt_scaler *) &scaler;
    assert_status(lnt_scaler_create(NULL, 2, good, good, NULL), LNT_ERR_NULL);
    assert_status(lnt_scaler_create(&scaler, 2, NULL, good, NULL), LNT_ERR_NULL);
    cr_assert_null(scaler);
    assert_status(lnt_scaler_create(&scaler, 2, good, NULL, NULL), LNT_ERR_NULL);
    assert_status(lnt_scaler_create(&scaler, 2, good, zero, NULL), LNT_ERR_INVALID);
    assert_status(lnt_scaler_create(&scaler, 2, good, nan, NULL), LNT_ERR_NONFINITE);
    assert_status(lnt_scaler_create(&scaler, 2, good, infinite, NULL), LNT_ERR_NONFINITE);
    assert_status(lnt_scaler_create(&scaler, 2, nan, good, NULL), LNT_ERR_NONFINITE);
    assert_status(lnt_scaler_create(&scaler, 2, infinite, good, NULL), LNT_ERR_NONFINITE);
}

Test(scaler, fit_refused)
{
    double values[] = {1, 2, 3, NAN};
    int32_t integers[] = {1, 2, 3, 4};
    const lnt_tensor x = lnt_tensor_f64(values, 2, 2), i32 = lnt_tensor_i32(integers, 2, 2);
    const lnt_tensor no_rows = lnt_tensor_f64(values, 0, 2), no_cols = lnt_tensor_f64(values, 2, 0);
    lnt_scaler *scaler = (lnt_scaler *) &scaler;
    assert_status(lnt_scaler_fit(NULL, LNT_SCALING_STANDARD, &x, NULL), LNT_ERR_NULL);
    assert_status(lnt_scaler_fit(&scaler, LNT_SCALING_STANDARD, NULL, NULL), LNT_ERR_NULL);
    cr_assert_null(scaler);
    assert_status(lnt_scaler_fit(&scaler, LNT_SCALING_STANDARD, &i32, NULL), LNT_ERR_DTYPE);
    assert_status(lnt_scaler_fit(&scaler, LNT_SCALING_STANDARD, &no_rows, NULL), LNT_ERR_SHAPE);
    assert_status(lnt_scaler_fit(&scaler, LNT_SCALING_STANDARD, &x, NULL), LNT_ERR_NONFINITE);
    values[3] = INFINITY;
    assert_status(lnt_scaler_fit(&scaler, LNT_SCALING_STANDARD, &x, NULL), LNT_ERR_NONFINITE);
    values[3] = DBL_MAX;
    values[1] = -DBL_MAX;
    assert_status(lnt_scaler_fit(&scaler, LNT_SCALING_STANDARD, &x, NULL), LNT_ERR_NONFINITE,
                  "their variance overflows");
    cr_assert_null(scaler);
    assert_status(lnt_scaler_fit(&scaler, LNT_SCALING_STANDARD, &no_cols, NULL), LNT_OK);
    assert_eq(lnt_scaler_cols(scaler), 0);
    lnt_scaler_destroy(scaler);
}

Test(scaler, map_refused)
{
    const double offset[] = {1, 2}, scale[] = {3, 4};
    double a[6] = {0}, b[6] = {0};
    float c[6] = {0};
    lnt_scaler *scaler;
    assert_status(lnt_scaler_create(&scaler, 2, offset, scale, NULL), LNT_OK);
    lnt_tensor x = lnt_tensor_f64(a, 2, 2), z = lnt_tensor_f64(b, 2, 2);
    lnt_tensor single = lnt_tensor_f32(c, 2, 2), wide = lnt_tensor_f64(b, 2, 3),
               wide_in = lnt_tensor_f64(a, 2, 3), shifted = lnt_tensor_f64(a + 1, 2, 2),
               tall = lnt_tensor_f64(b, 3, 2);
    lnt_status (*const maps[])(const lnt_scaler *, const lnt_tensor *,
                               lnt_tensor *) = {lnt_scaler_transform, lnt_scaler_inverse_transform};
    for (size_t k = 0; k < COUNT(maps); k++) {
        assert_status(maps[k](NULL, &x, &z), LNT_ERR_NULL);
        assert_status(maps[k](scaler, NULL, &z), LNT_ERR_NULL);
        assert_status(maps[k](scaler, &x, NULL), LNT_ERR_NULL);
        assert_status(maps[k](scaler, &x, &single), LNT_ERR_DTYPE);
        assert_status(maps[k](scaler, &x, &wide), LNT_ERR_SHAPE);
        assert_status(maps[k](scaler, &x, &tall), LNT_ERR_SHAPE);
        assert_status(maps[k](scaler, &wide_in, &wide), LNT_ERR_SHAPE);
        assert_status(maps[k](scaler, &x, &shifted), LNT_ERR_ALIAS);
        for (size_t i = 0; i < COUNT(b); i++) {
            assert_eq(b[i], 0);
        }
        assert_status(maps[k](scaler, &x, &z), LNT_OK);
        memset(b, 0, sizeof b);
    }
    lnt_scaler_destroy(scaler);
}

Test(scaler, one_allocation_that_can_fail)
{
    float values[] = {1, 2, 3, 4};
    const double numbers[] = {1, 2};
    const lnt_tensor x = lnt_tensor_f32(values, 2, 2);
    failing counter = {0};
    const lnt_allocator allocator = failing_allocator(&counter);
    lnt_scaler *scaler;
    assert_status(lnt_scaler_fit(&scaler, LNT_SCALING_STANDARD, &x, &allocator), LNT_OK);
    assert_eq(counter.calls, 1);
    lnt_scaler_destroy(scaler);
    assert_eq(counter.live, 0);
    counter = (failing){.fail_at = 1};
    assert_status(lnt_scaler_fit(&scaler, LNT_SCALING_STANDARD, &x, &allocator), LNT_ERR_MEMORY);
    cr_assert_null(scaler);
    counter = (failing){.fail_at = 1};
    assert_status(lnt_scaler_create(&scaler, 2, numbers, numbers, &allocator), LNT_ERR_MEMORY);
    cr_assert_null(scaler);
    counter = (failing){0};
    double big[] = {DBL_MAX, -DBL_MAX};
    const lnt_tensor over = lnt_tensor_f64(big, 2, 1);
    assert_status(lnt_scaler_fit(&scaler, LNT_SCALING_STANDARD, &over, &allocator),
                  LNT_ERR_NONFINITE);
    assert_eq(counter.live, 0);
}

/* --- the other kinds; the numbers are those of scikit-learn's scalers --- */

static lnt_scaler *fit_as(lnt_scaling scaling, const lnt_tensor *x)
{
    lnt_scaler *scaler = NULL;
    assert_status(lnt_scaler_fit(&scaler, scaling, x, NULL), LNT_OK);
    return scaler;
}

/* The quartiles of three rows lie half way between two of them, those of two a quarter of it. */
Test(scaler, robust_scaling_of_few_rows)
{
    double values[] = {4, 0, 1};
    for (size_t rows = 2; rows <= 3; rows++) {
        const lnt_tensor x = lnt_tensor_f64(values, rows, 1);
        lnt_scaler *scaler = fit_as(LNT_SCALING_ROBUST, &x);
        assert_eq(lnt_scaler_offset(scaler)[0], rows == 2 ? 2 : 1);
        assert_eq(lnt_scaler_scale(scaler)[0], 2);
        lnt_scaler_destroy(scaler);
    }
}

Test(scaler, none_min_max_and_robust)
{
    double values[] = {1, 5, -3, 2, 5, 8, 4, 5, 0.5, 8, 5, -7, 16, 5, 2, 32, 5, 100};
    const lnt_tensor x = lnt_tensor_f64(values, 6, 3);
    static const struct {
        lnt_scaling scaling;
        double offset[3], scale[3];
    } cases[] = {
        {LNT_SCALING_NONE, {0, 0, 0}, {1, 1, 1}},
        {LNT_SCALING_MIN_MAX, {1, 5, -7}, {31, 1, 107}},
        {LNT_SCALING_ROBUST, {6, 5, 1.25}, {11.5, 1, 8.625}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        lnt_scaler *scaler = fit_as(cases[i].scaling, &x);
        for (size_t j = 0; j < 3; j++) {
            assert_near(lnt_scaler_offset(scaler)[j], cases[i].offset[j], 1e-14);
            assert_near(lnt_scaler_scale(scaler)[j], cases[i].scale[j], 1e-14, "%zu %zu: %g", i, j,
                        lnt_scaler_scale(scaler)[j]);
        }
        lnt_scaler_destroy(scaler);
    }
}

/* Wider than a panel, by columns that lie apart, in either precision. */
Test(scaler, min_max_becomes_zero_to_one)
{
    static float values[5 * 200];
    lnt_random random = lnt_random_init(3, 1);
    for (size_t i = 0; i < COUNT(values); i++) {
        values[i] = (float) lnt_random_normal(&random);
    }
    const lnt_tensor tall = lnt_tensor_f32(values, 200, 5);
    lnt_tensor x = lnt_transpose(&tall);
    lnt_scaler *scaler = fit_as(LNT_SCALING_MIN_MAX, &x);
    assert_status(lnt_scaler_transform(scaler, &x, &x), LNT_OK);
    for (size_t j = 0; j < x.cols; j++) {
        double least = 9, most = -9;
        for (size_t i = 0; i < x.rows; i++) {
            least = fmin(least, lnt_tensor_get(&x, i, j));
            most = fmax(most, lnt_tensor_get(&x, i, j));
        }
        assert_eq(least, 0, "column %zu: %g to %g", j, least, most);
        assert_eq(most, 1, "column %zu: %g to %g", j, least, most);
    }
    lnt_scaler_destroy(scaler);
}

Test(scaler, kinds)
{
    lnt_scaling scaling;
    for (int kind = LNT_SCALING_NONE; kind <= LNT_SCALING_ROBUST; kind++) {
        assert_status(lnt_scaling_find(lnt_scaling_name((lnt_scaling) kind), &scaling), LNT_OK);
        assert_eq((int) scaling, kind);
    }
    cr_assert_null(lnt_scaling_name((lnt_scaling) 4));
    cr_assert_null(lnt_scaling_name((lnt_scaling) -1));
    assert_status(lnt_scaling_find("Standard", &scaling), LNT_ERR_INVALID);
    assert_status(lnt_scaling_find(NULL, &scaling), LNT_ERR_NULL);
    assert_status(lnt_scaling_find("none", NULL), LNT_ERR_NULL);
    double value = 1;
    const lnt_tensor x = lnt_tensor_f64(&value, 1, 1);
    lnt_scaler *scaler = (lnt_scaler *) 1;
    assert_status(lnt_scaler_fit(&scaler, (lnt_scaling) 9, &x, NULL), LNT_ERR_INVALID);
    cr_assert_null(scaler);
    failing counter = {.fail_at = 2}; /* what robust sorts in */
    const lnt_allocator allocator = failing_allocator(&counter);
    assert_status(lnt_scaler_fit(&scaler, LNT_SCALING_ROBUST, &x, &allocator), LNT_ERR_MEMORY);
    cr_assert_null(scaler);
    assert_eq(counter.live, 0);
}
