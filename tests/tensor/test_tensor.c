/* SPDX-License-Identifier: MIT */
#include "support/net.h"
#include "support/strided.h"

/* --- views --- */

static double numbers[24];

static lnt_tensor counted(void)
{
    for (int i = 0; i < 24; i++) {
        numbers[i] = i;
    }
    return lnt_tensor_f64(numbers, 4, 6);
}

Test(tensor, views_move_no_element)
{
    const lnt_tensor t = counted();
    assert_eq(t.row_stride, 6);
    assert_eq(t.col_stride, 1);
    assert_eq(t.dtype, LNT_F64);
    lnt_tensor rows, cols, both;
    OK(lnt_slice_rows(&t, 1, 2, 2, &rows)); /* rows 1 and 3 */
    OK(lnt_slice_cols(&t, 0, 3, 2, &cols)); /* columns 0, 2, 4 */
    OK(lnt_slice_cols(&rows, 1, 2, 3, &both));
    const lnt_tensor turned = lnt_transpose(&t), back = lnt_reverse_rows(&t);
    const lnt_tensor mirrored = lnt_reverse_cols(&t), again = lnt_reverse_rows(&back);
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < 6; j++) {
            const double x = (double) (6 * i + j);
            assert_eq(lnt_tensor_get(&t, i, j), x);
            assert_eq(lnt_tensor_get(&turned, j, i), x);
            assert_eq(lnt_tensor_get(&back, 3 - i, j), x);
            assert_eq(lnt_tensor_get(&mirrored, i, 5 - j), x);
            assert_eq(lnt_tensor_get(&again, i, j), x);
        }
    }
    assert_eq(rows.rows, 2);
    assert_eq(lnt_tensor_get(&rows, 1, 2), 20);
    assert_eq(cols.cols, 3);
    assert_eq(lnt_tensor_get(&cols, 3, 2), 22);
    assert_eq(lnt_tensor_get(&both, 0, 0), 7);
    assert_eq(lnt_tensor_get(&both, 1, 1), 22);
    const lnt_tensor both_turned = lnt_transpose(&both);
    assert_eq(lnt_tensor_get(&both_turned, 1, 0), 10);
    lnt_tensor unset = t;
    unset.data = NULL;
    unset = lnt_reverse_rows(&unset);
    cr_assert_null(unset.data, "no address is made of none");
    rows = t;
    OK(lnt_slice_rows(&rows, 2, 2, 1, &rows)); /* in place */
    assert_eq(lnt_tensor_get(&rows, 0, 0), 12);
    for (int i = 0; i < 24; i++) {
        assert_eq(numbers[i], i);
    }
}

Test(tensor, slices_stay_inside)
{
    const lnt_tensor t = counted();
    lnt_tensor view = lnt_tensor_f64(numbers, 1, 1);
    const lnt_tensor before = view;
    FAILS(LNT_ERR_SHAPE, lnt_slice_rows(&t, 3, 2, 1, &view));
    FAILS(LNT_ERR_SHAPE, lnt_slice_rows(&t, 4, 1, 1, &view));
    FAILS(LNT_ERR_SHAPE, lnt_slice_rows(&t, 0, 3, 2, &view));
    FAILS(LNT_ERR_SHAPE, lnt_slice_rows(&t, 0, 2, SIZE_MAX, &view));
    FAILS(LNT_ERR_SHAPE, lnt_slice_rows(&t, SIZE_MAX, 1, 1, &view));
    FAILS(LNT_ERR_SHAPE, lnt_slice_rows(&t, 1, SIZE_MAX, 1, &view));
    FAILS(LNT_ERR_SHAPE, lnt_slice_cols(&t, 5, 2, 1, &view));
    FAILS(LNT_ERR_SHAPE, lnt_slice_cols(&t, 7, 0, 1, &view));
    FAILS(LNT_ERR_INVALID, lnt_slice_rows(&t, 0, 2, 0, &view));
    FAILS(LNT_ERR_INVALID, lnt_slice_cols(&t, 0, 2, 0, &view));
    FAILS(LNT_ERR_NULL, lnt_slice_rows(NULL, 0, 1, 1, &view));
    FAILS(LNT_ERR_NULL, lnt_slice_cols(&t, 0, 1, 1, NULL));
    const lnt_tensor unset = {0};
    FAILS(LNT_ERR_DTYPE, lnt_slice_rows(&unset, 0, 0, 1, &view));
    assert_bytes_eq(&view, &before, sizeof view);
    OK(lnt_slice_rows(&t, 4, 0, 1, &view));
    assert_eq(view.rows, 0);
    assert_eq(view.cols, 6);
    OK(lnt_slice_rows(&t, 2, 1, 0, &view)); /* one row needs no step */
    OK(lnt_slice_cols(&t, 0, 0, 0, &view));
}

Test(tensor, constructors_and_names)
{
    float f[6] = {0};
    int32_t n[6] = {0};
    const lnt_tensor a = lnt_tensor_f32(f, 2, 3), b = lnt_tensor_i32(n, 3, 2);
    const lnt_tensor fortran = lnt_tensor_strided(LNT_F32, f, 2, 3, 1, 2);
    const float fixed[] = {1, 2, 3};
    const lnt_tensor constant = lnt_tensor_const_view(LNT_F32, fixed, 1, 3);
    assert_eq(a.dtype, LNT_F32);
    assert_eq(b.dtype, LNT_I32);
    assert_eq(b.row_stride, 2);
    assert_eq(lnt_tensor_ptr(&fortran, 1, 2), f + 5);
    assert_eq(lnt_tensor_ptr(&a, 1, 2), f + 5);
    assert_eq(lnt_tensor_get(&constant, 0, 2), 3);
    assert_eq(lnt_dtype_size(LNT_F32), 4);
    assert_eq(lnt_dtype_size(LNT_F64), 8);
    assert_eq(lnt_dtype_size(LNT_I32), 4);
    assert_eq(lnt_dtype_size((lnt_dtype) 0), 0);
    assert_eq(lnt_dtype_size((lnt_dtype) 4), 0);
    assert_eq(lnt_dtype_size((lnt_dtype) -1), 0);
    assert_str_eq(lnt_dtype_name(LNT_F32), "f32");
    assert_str_eq(lnt_dtype_name(LNT_F64), "f64");
    assert_str_eq(lnt_dtype_name(LNT_I32), "i32");
    assert_str_eq(lnt_dtype_name((lnt_dtype) 77), "?");
}

/* Rows or columns on top of each other are no output, however few. */
Test(tensor, outputs_of_steps_that_are_zero_are_refused)
{
    double x[4] = {1, 2, 3, 4};
    for (size_t rows = 1; rows <= 3; rows++) {
        for (size_t cols = 1; cols <= 3; cols++) {
            lnt_tensor still = lnt_tensor_f64(x, rows, cols);
            still.row_stride = still.col_stride = 0;
            const lnt_status expected = rows * cols > 1 ? LNT_ERR_ALIAS : LNT_OK;
            FAILS(expected, lnt_fill(1, &still));
        }
    }
}

Test(tensor, get_and_set)
{
    float f[2] = {0};
    int32_t n[1] = {0};
    const lnt_tensor a = lnt_tensor_f32(f, 1, 2), b = lnt_tensor_i32(n, 1, 1);
    OK(lnt_tensor_set(&a, 0, 1, 0.1));
    assert_eq(f[1], (float) 0.1);
    assert_eq(lnt_tensor_get(&a, 0, 1), (double) (float) 0.1);
    FAILS(LNT_ERR_SHAPE, lnt_tensor_set(&a, 1, 0, 1));
    FAILS(LNT_ERR_SHAPE, lnt_tensor_set(&a, 0, 2, 1));
    FAILS(LNT_ERR_NULL, lnt_tensor_set(NULL, 0, 0, 1));
    assert_nan(lnt_tensor_get(&a, 1, 0));
    assert_nan(lnt_tensor_get(&a, 0, 2));
    assert_nan(lnt_tensor_get(NULL, 0, 0));
    OK(lnt_tensor_set(&b, 0, 0, -7));
    assert_eq(n[0], -7);
    assert_eq(lnt_tensor_get(&b, 0, 0), -7);
    FAILS(LNT_ERR_INVALID, lnt_tensor_set(&b, 0, 0, 3e9));
    FAILS(LNT_ERR_INVALID, lnt_tensor_set(&b, 0, 0, NAN));
    assert_eq(n[0], -7);
}

/* --- conversions --- */

Test(tensor, copy_converts_between_all_types)
{
    double f64[] = {1.0 + 0x1p-30, -2.9, 1e300, 0};
    float f32[4];
    int32_t i32[3];
    const lnt_tensor from = lnt_tensor_f64(f64, 1, 4);
    lnt_tensor to = lnt_tensor_f32(f32, 1, 4);
    OK(lnt_copy(&from, &to));
    assert_eq(f32[0], 1.0f);
    assert_eq(f32[1], (float) -2.9);
    assert_eq(fabs(f32[2]), INFINITY);

    lnt_tensor whole = lnt_tensor_i32(i32, 1, 3);
    double limits[] = {-2147483648.9, 2147483647.9, -0.5};
    const lnt_tensor in = lnt_tensor_f64(limits, 1, 3);
    OK(lnt_copy(&in, &whole));
    assert_eq(i32[0], INT32_MIN);
    assert_eq(i32[1], INT32_MAX);
    assert_eq(i32[2], 0);
    static const double bad[] = {2147483648.0, -2147483649.0, NAN, INFINITY};
    for (int b = 0; b < 4; b++) {
        limits[2] = bad[b];
        i32[0] = 11;
        FAILS(LNT_ERR_INVALID, lnt_copy(&in, &whole));
        assert_eq(i32[0], 11, "touched on error");
    }
    i32[0] = INT32_MAX;
    lnt_tensor back = lnt_tensor_f64(f64, 1, 3);
    OK(lnt_copy(&whole, &back));
    assert_eq(f64[0], 2147483647.0);
    lnt_tensor singles = lnt_tensor_f32(f32, 1, 3);
    OK(lnt_copy(&whole, &singles));
    assert_eq(f32[0], 2147483648.0f);
    int32_t more[3];
    lnt_tensor copy = lnt_tensor_i32(more, 1, 3);
    OK(lnt_copy(&whole, &copy));
    assert_eq(more[0], INT32_MAX);
    float fives[] = {5.5f, -5.5f, 0};
    const lnt_tensor small = lnt_tensor_f32(fives, 1, 3);
    OK(lnt_copy(&small, &whole));
    assert_eq(i32[0], 5);
    assert_eq(i32[1], -5);
    back.dtype = LNT_F64;
    OK(lnt_copy(&small, &back));
    assert_eq(f64[0], 5.5);
}

Test(tensor, gather_takes_rows_in_any_order)
{
    const lnt_tensor t = counted();
    double store[18];
    const size_t index[] = {3, 0, 3};
    for (int way = 0; way < 2; way++) {
        lnt_tensor y =
            way ? lnt_tensor_strided(LNT_F64, store, 3, 6, 1, 3) : lnt_tensor_f64(store, 3, 6);
        OK(lnt_gather_rows(&t, index, &y));
        for (size_t i = 0; i < 3; i++) {
            for (size_t j = 0; j < 6; j++) {
                assert_eq(lnt_tensor_get(&y, i, j), (double) (6 * index[i] + j));
            }
        }
    }
    lnt_tensor y = lnt_tensor_f64(store, 3, 6), narrow = lnt_tensor_f64(store, 3, 5), part;
    const size_t outside[] = {0, 1, 4};
    store[0] = -1;
    FAILS(LNT_ERR_INVALID, lnt_gather_rows(&t, outside, &y));
    FAILS(LNT_ERR_NULL, lnt_gather_rows(&t, NULL, &y));
    FAILS(LNT_ERR_SHAPE, lnt_gather_rows(&t, index, &narrow));
    OK(lnt_slice_rows(&t, 0, 3, 1, &part));
    FAILS(LNT_ERR_ALIAS, lnt_gather_rows(&t, index, &part));
    assert_eq(store[0], -1);
    int32_t labels[] = {10, 20, 30}, taken[2];
    const lnt_tensor from = lnt_tensor_i32(labels, 3, 1);
    lnt_tensor to = lnt_tensor_i32(taken, 2, 1);
    OK(lnt_gather_rows(&from, (const size_t[]){2, 0}, &to));
    assert_eq(taken[0], 30);
    assert_eq(taken[1], 10);
    FAILS(LNT_ERR_DTYPE, lnt_gather_rows(&t, index, &to));
}
