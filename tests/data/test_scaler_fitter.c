/* SPDX-License-Identifier: MIT */
/* Scalers of rows that come block by block. */
#include "support/failing_allocator.h"

#include "support/assert.h"
#include <float.h>
#include <linnet/data.h>
#include <linnet/random.h>
#include <math.h>
#include <string.h>

/* More than a panel of columns: the first is constant, the second constant in each block of ten. */
enum { ROWS = 1000, COLS = 70 };

static lnt_tensor matrix(double *values)
{
    lnt_random random = lnt_random_init(1, 99);
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t j = 0; j < COLS; j++) {
            values[i * COLS + j] = 1000 * (double) j + lnt_random_normal(&random);
        }
        values[i * COLS] = 0.1;
        values[i * COLS + 1] = (double) (i / 10) / 7;
    }
    return lnt_tensor_f64(values, ROWS, COLS);
}

static lnt_scaler *fit_blocks(lnt_scaling scaling, const lnt_tensor *x, size_t block)
{
    lnt_scaler_fitter *fitter = NULL;
    lnt_scaler *scaler = NULL;
    assert_status(lnt_scaler_fitter_create(&fitter, scaling, x->cols, NULL), LNT_OK);
    for (size_t first = 0; first < x->rows; first += block) {
        lnt_tensor rows;
        const size_t left = x->rows - first;
        assert_status(lnt_slice_rows(x, first, left < block ? left : block, 1, &rows), LNT_OK);
        assert_status(lnt_scaler_fitter_partial_fit(fitter, &rows), LNT_OK);
    }
    assert_status(lnt_scaler_fitter_get_scaler(fitter, &scaler, NULL), LNT_OK);
    lnt_scaler_fitter_destroy(fitter);
    return scaler;
}

Test(scaler_fitter, numbers_are_those_of_all_rows)
{
    static double values[ROWS * COLS];
    const lnt_tensor x = matrix(values);
    const size_t blocks[] = {ROWS, ROWS + 1, 1, 7, 10, 999};
    for (int scaling = LNT_SCALING_NONE; scaling <= LNT_SCALING_MIN_MAX; scaling++) {
        lnt_scaler *whole = NULL;
        assert_status(lnt_scaler_fit(&whole, (lnt_scaling) scaling, &x, NULL), LNT_OK);
        for (size_t k = 0; k < sizeof blocks / sizeof blocks[0]; k++) {
            lnt_scaler *parts = fit_blocks((lnt_scaling) scaling, &x, blocks[k]);
            const bool same = k < 2 || scaling != LNT_SCALING_STANDARD;
            for (size_t j = 0; j < COLS; j++) {
                const double a = lnt_scaler_offset(parts)[j], b = lnt_scaler_offset(whole)[j];
                const double c = lnt_scaler_scale(parts)[j], d = lnt_scaler_scale(whole)[j];
                const double tolerance = same || j == 0 ? 0 : 1e-11;
                assert_near(a, b, tolerance * fabs(b), "blocks of %zu, column %zu", blocks[k], j);
                assert_near(c, d, tolerance * fabs(d), "blocks of %zu, column %zu", blocks[k], j);
            }
            lnt_scaler_destroy(parts);
        }
        lnt_scaler_destroy(whole);
    }
}

Test(scaler_fitter, refusals)
{
    double values[] = {1, 2, INFINITY, 4}, huge[] = {-DBL_MAX, 0, DBL_MAX, 0};
    const lnt_tensor bad = lnt_tensor_f64(values, 2, 2), good = lnt_tensor_f64(values, 1, 2),
                     narrow = lnt_tensor_f64(values, 2, 1), wide = lnt_tensor_f64(huge, 2, 2);
    lnt_scaler_fitter *fitter = (lnt_scaler_fitter *) values;
    lnt_scaler *scaler = (lnt_scaler *) values;
    assert_status(lnt_scaler_fitter_create(&fitter, LNT_SCALING_ROBUST, 2, NULL), LNT_ERR_INVALID);
    cr_assert_null(fitter);
    assert_status(lnt_scaler_fitter_create(&fitter, LNT_SCALING_STANDARD, 2, NULL), LNT_OK);
    assert_status(lnt_scaler_fitter_get_scaler(fitter, &scaler, NULL), LNT_ERR_SHAPE);
    cr_assert_null(scaler);
    assert_status(lnt_scaler_fitter_partial_fit(fitter, &good), LNT_OK);
    assert_status(lnt_scaler_fitter_partial_fit(fitter, &bad), LNT_ERR_NONFINITE);
    assert_status(lnt_scaler_fitter_partial_fit(fitter, &narrow), LNT_ERR_SHAPE);
    assert_status(lnt_scaler_fitter_get_scaler(fitter, &scaler, NULL), LNT_OK);
    assert_eq(lnt_scaler_offset(scaler)[1], 2, "what was refused was not taken in");
    lnt_scaler_destroy(scaler);
    assert_status(lnt_scaler_fitter_partial_fit(fitter, &wide), LNT_OK);
    assert_status(lnt_scaler_fitter_get_scaler(fitter, &scaler, NULL), LNT_ERR_NONFINITE);
    lnt_scaler_fitter_destroy(fitter);
}

Test(scaler_fitter, out_of_memory_at_every_call)
{
    double values[] = {1, 2, 3, 4};
    const lnt_tensor x = lnt_tensor_f64(values, 2, 2);
    for (size_t fail_at = 1; fail_at <= 4; fail_at++) {
        failing counter = {.fail_at = fail_at};
        const lnt_allocator allocator = failing_allocator(&counter);
        lnt_scaler_fitter *fitter = NULL;
        lnt_scaler *scaler = NULL;
        lnt_status status = lnt_scaler_fitter_create(&fitter, LNT_SCALING_MIN_MAX, 2, &allocator);
        if (status == LNT_OK) {
            assert_status(lnt_scaler_fitter_partial_fit(fitter, &x), LNT_OK);
            status = lnt_scaler_fitter_get_scaler(fitter, &scaler, &allocator);
        }
        assert_eq(status, fail_at <= 3 ? LNT_ERR_MEMORY : LNT_OK);
        lnt_scaler_destroy(scaler);
        lnt_scaler_fitter_destroy(fitter);
        assert_eq(counter.live, 0);
    }
}
