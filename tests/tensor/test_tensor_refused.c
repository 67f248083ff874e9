/* SPDX-License-Identifier: MIT */
/* Operands that operations of tensors refuse, and layouts that they take all the same. */
#include "support/net.h"
#include "tensor/symmetric.h"

static const lnt_dtype dtypes[] = {LNT_F32, LNT_F64, LNT_I32};

/* Whole numbers, which each dtype holds. */
static lnt_tensor whole_numbers(lnt_dtype dtype, size_t rows, size_t cols)
{
    lnt_tensor x = matrix(dtype, rows, cols);
    for (size_t i = 0; i < rows * cols; i++) {
        OK(lnt_tensor_set(&x, i / cols, i % cols, (double) (i * i) - 40));
    }
    return x;
}

Test(tensor_refused, copies_of_each_dtype_and_layout)
{
    for (size_t a = 0; a < 3; a++) {
        const lnt_tensor x = whole_numbers(dtypes[a], 5, 7);
        for (size_t b = 0; b < 3; b++) {
            for (layout from = 0; from < N_LAYOUTS; from++) {
                for (layout to = 0; to < N_LAYOUTS; to++) {
                    const lnt_tensor source = laid_out(from, &x);
                    const lnt_tensor zeros = matrix(dtypes[b], 5, 7);
                    lnt_tensor y = laid_out(to, &zeros);
                    OK(lnt_copy(&source, &y));
                    assert_eq(difference(&y, &x), 0, "dtypes %zu to %zu, layouts %d to %d", a, b,
                              (int) from, (int) to);
                }
            }
            lnt_tensor y = matrix(dtypes[b], 5, 7);
            OK(lnt_copy(&x, &y));
            assert_eq(difference(&y, &x), 0);
        }
    }
}

Test(tensor_refused, dtypes_that_differ)
{
    const lnt_tensor x = random_matrix(LNT_F32, 3, 3, 1);
    const lnt_tensor row = random_matrix(LNT_F32, 1, 3, 1);
    lnt_tensor y = random_matrix(LNT_F64, 3, 3, 1);
    double value;
    FAILS(LNT_ERR_DTYPE, lnt_dot(&x, &y, &value));
    FAILS(LNT_ERR_DTYPE, lnt_add_bias(&row, &y));
    FAILS(LNT_ERR_DTYPE, lnt_gemm(1, &x, &x, 0, &y));
    FAILS(LNT_ERR_DTYPE, lnt_gemm(1, &x, &y, 0, &y));
    FAILS(LNT_ERR_DTYPE, lnt_gather_rows(&x, (const size_t[]){0, 1, 2}, &y));
    FAILS(LNT_ERR_DTYPE, lnt_syrk(1, &x, 0, &y));
    FAILS(LNT_ERR_DTYPE, lnt_cholesky_solve(&x, &y));
    lnt_tensor odd = y;
    odd.dtype = (lnt_dtype) 9;
    assert_nan(lnt_tensor_get(&odd, 0, 0));
    FAILS(LNT_ERR_DTYPE, lnt_slice_rows(&odd, 0, 1, 1, &y));
}

Test(tensor_refused, shapes_that_do_not_fit)
{
    const lnt_tensor x = random_matrix(LNT_F64, 3, 4, 1), t = lnt_transpose(&x);
    const lnt_tensor tall = random_matrix(LNT_F64, 6, 3, 2);
    const lnt_tensor row = random_matrix(LNT_F64, 1, 3, 3);
    lnt_tensor square = matrix(LNT_F64, 3, 3), wide = matrix(LNT_F64, 3, 4), spaced;
    double value;
    bool definite;
    FAILS(LNT_ERR_SHAPE, lnt_dot(&x, &t, &value));
    FAILS(LNT_ERR_SHAPE, lnt_dot(&x, &square, &value));
    FAILS(LNT_ERR_SHAPE, lnt_gemm(1, &x, &x, 0, &square));
    FAILS(LNT_ERR_SHAPE, lnt_gemm(1, &t, &x, 0, &square));
    FAILS(LNT_ERR_SHAPE, lnt_gemm(1, &x, &t, 0, &wide));
    FAILS(LNT_ERR_SHAPE, lnt_gemv(1, &x, &t, 0, &square));
    FAILS(LNT_ERR_SHAPE, lnt_gemv(1, &square, &row, 0, &wide));
    FAILS(LNT_ERR_SHAPE, lnt_cholesky(&wide, &definite));
    FAILS(LNT_ERR_SHAPE, lnt_cholesky_solve(&square, &wide));
    OK(lnt_slice_rows(&tall, 0, 3, 2, &spaced)); /* rows with gaps */
    FAILS(LNT_ERR_SHAPE, lnt_cholesky(&spaced, &definite));
    FAILS(LNT_ERR_SHAPE, lnt_cholesky_solve(&square, &spaced));
    lnt_tensor columns = lnt_transpose(&square);
    FAILS(LNT_ERR_SHAPE, lnt_cholesky(&columns, &definite));
    FAILS(LNT_ERR_SHAPE, lnt_syrk(1, &tall, 0, &square));
    lnt_tensor steps;
    const lnt_tensor grid = random_matrix(LNT_F64, 6, 8, 3);
    OK(lnt_slice_rows(&grid, 0, 3, 2, &steps));
    OK(lnt_slice_cols(&steps, 0, 4, 2, &steps)); /* neither rows nor columns contiguous */
    FAILS(LNT_ERR_SHAPE, lnt_syrk(1, &steps, 0, &square));
}

/* Without columns, or with alpha = 0, C = beta·C. */
Test(tensor_refused, syrk_of_nothing)
{
    lnt_tensor c = random_matrix(LNT_F64, 3, 3, 1), before = copy_of(LNT_F64, &c);
    const lnt_tensor none = lnt_tensor_view(LNT_F64, before.data, 3, 0);
    const lnt_tensor a = random_matrix(LNT_F64, 3, 2, 2);
    OK(lnt_syrk(1, &none, 2, &c));
    OK(lnt_scale(2, &before));
    assert_eq(difference(&c, &before), 0);
    OK(lnt_syrk(0, &a, 0.5, &c));
    OK(lnt_scale(0.5, &before));
    assert_eq(difference(&c, &before), 0);
}

/* A vector of each layout, as the sum says. */
Test(tensor_refused, gemv_of_each_layout)
{
    for (int d = 0; d < 2; d++) {
        const lnt_tensor a = random_matrix(dtypes[d], 5, 7, 1);
        const lnt_tensor x = random_matrix(dtypes[d], 7, 1, 2);
        const lnt_tensor y = random_matrix(dtypes[d], 5, 1, 3);
        lnt_tensor expected = copy_of(dtypes[d], &y);
        for (size_t i = 0; i < 5; i++) {
            double sum = 0.5 * lnt_tensor_get(&y, i, 0);
            for (size_t j = 0; j < 7; j++) {
                sum += 2 * lnt_tensor_get(&a, i, j) * lnt_tensor_get(&x, j, 0);
            }
            OK(lnt_tensor_set(&expected, i, 0, sum));
        }
        for (layout how = 0; how < N_LAYOUTS; how++) {
            const lnt_tensor matrices[] = {a, laid_out(how, &a)};
            for (int m = 0; m < 2; m++) {
                const lnt_tensor in = laid_out(how, &x);
                lnt_tensor out = laid_out(how, &y);
                OK(lnt_gemv(2, &matrices[m], &in, 0.5, &out));
                assert_lt(difference(&out, &expected), d == 0 ? 1e-6 : 1e-14);
            }
        }
        lnt_tensor out = copy_of(dtypes[d], &y);
        OK(lnt_gemv(0, &a, &x, 0.5, &out));
        lnt_tensor half = copy_of(dtypes[d], &y);
        OK(lnt_scale(0.5, &half));
        assert_eq(difference(&out, &half), 0);
    }
}

/* One number for all elements, which has no increment. */
Test(tensor_refused, gemv_of_a_repeated_number)
{
    const lnt_tensor a = random_matrix(LNT_F64, 5, 3, 1);
    double two = 2;
    const lnt_tensor x = lnt_tensor_strided(LNT_F64, &two, 3, 1, 0, 1);
    lnt_tensor y = matrix(LNT_F64, 5, 1);
    OK(lnt_gemv(1, &a, &x, 0, &y));
    for (size_t i = 0; i < 5; i++) {
        const double sum =
            2 * (lnt_tensor_get(&a, i, 0) + lnt_tensor_get(&a, i, 1) + lnt_tensor_get(&a, i, 2));
        assert_lt(fabs(lnt_tensor_get(&y, i, 0) - sum), 1e-14);
    }
    lnt_tensor repeated = lnt_tensor_strided(LNT_F64, &two, 5, 1, 0, 1);
    FAILS(LNT_ERR_ALIAS, lnt_gemv(1, &a, &x, 0, &repeated));
}

Test(tensor_refused, outputs_that_overlap_themselves)
{
    double numbers[24] = {0};
    const struct {
        size_t rows, cols;
        ptrdiff_t row_stride, col_stride;
        lnt_status status;
    } cases[] = {
        {1, 1, 0, 0, LNT_OK},        {1, 4, 0, 1, LNT_OK},        {4, 1, 1, 0, LNT_OK},
        {4, 1, 0, 1, LNT_ERR_ALIAS}, {1, 4, 1, 0, LNT_ERR_ALIAS}, {2, 3, 0, 1, LNT_ERR_ALIAS},
        {2, 3, 1, 0, LNT_ERR_ALIAS}, {2, 3, 2, 1, LNT_ERR_ALIAS}, {2, 3, 3, 1, LNT_OK},
        {3, 2, 2, 3, LNT_OK},        {3, 3, 2, 3, LNT_OK},        {4, 3, 2, 3, LNT_ERR_ALIAS},
        {3, 3, 3, 3, LNT_ERR_ALIAS}, {0, 3, 0, 0, LNT_OK}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lnt_tensor y = lnt_tensor_strided(LNT_F64, numbers, cases[i].rows, cases[i].cols,
                                          cases[i].row_stride, cases[i].col_stride);
        const lnt_status status = lnt_fill(1, &y);
        assert_eq(status, cases[i].status, "case %zu: %s", i, lnt_status_name(status));
    }
}

Test(tensor_refused, inputs_that_overlap_the_output)
{
    const lnt_tensor all = random_matrix(LNT_F64, 6, 6, 1);
    lnt_tensor x, y;
    OK(lnt_slice_cols(&all, 0, 3, 2, &x)); /* columns 0, 2, 4 */
    OK(lnt_slice_cols(&all, 1, 3, 2, &y)); /* and 1, 3, 5, between them */
    OK(lnt_copy(&x, &y));
    assert_eq(difference(&x, &y), 0);
    OK(lnt_slice_cols(&all, 2, 3, 1, &y)); /* 2, 3, 4 */
    FAILS(LNT_ERR_ALIAS, lnt_copy(&x, &y));
    const lnt_tensor turned = lnt_transpose(&x);
    lnt_tensor above;
    OK(lnt_slice_rows(&x, 0, 3, 1, &above));
    FAILS(LNT_ERR_ALIAS, lnt_gemm(1, &turned, &x, 0, &above));
    lnt_tensor row, rows;
    OK(lnt_slice_rows(&all, 2, 1, 1, &row));
    OK(lnt_slice_rows(&all, 2, 3, 1, &rows));
    FAILS(LNT_ERR_ALIAS, lnt_add_bias(&row, &rows));
    const lnt_tensor bytes = lnt_tensor_view(LNT_F32, (char *) all.data + 4, 6, 3);
    lnt_tensor same = lnt_tensor_view(LNT_F32, all.data, 6, 3);
    FAILS(LNT_ERR_ALIAS, lnt_copy(&bytes, &same));
}

Test(tensor_refused, nothing_and_no_data)
{
    lnt_tensor empty = lnt_tensor_view(LNT_F64, NULL, 0, 3);
    const lnt_tensor x = random_matrix(LNT_F64, 4, 3, 1);
    const lnt_tensor declared = lnt_tensor_view(LNT_F64, NULL, 4, 3);
    lnt_tensor view;
    double value = 7;
    OK(lnt_gather_rows(&x, NULL, &empty));
    OK(lnt_dot(&empty, &empty, &value));
    assert_eq(value, 0);
    cr_assert_null(lnt_reverse_rows(&declared).data);
    cr_assert_null(lnt_reverse_cols(&empty).data);
    OK(lnt_slice_rows(&declared, 2, 2, 1, &view));
    cr_assert_null(view.data);
    assert_eq(view.rows, 2);
    assert_eq(view.cols, 3);
    OK(lnt_slice_rows(&empty, 0, 0, 1, &view));
    cr_assert_null(view.data);
    assert_eq(view.rows, 0);
    double three[3];
    lnt_tensor row = lnt_tensor_view(LNT_F64, three, 1, 3);
    FAILS(LNT_ERR_INVALID, lnt_gather_rows(&x, (const size_t[]){4}, &row));
}
