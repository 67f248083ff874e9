/* SPDX-License-Identifier: MIT */
#include "support/net.h"
#include "tensor/hadamard.h"
#include "tensor/symmetric.h"

/* Symmetric matrices against plain loops and against what defines them, in both precisions. */

static const size_t sizes[] = {1, 2, 3, 7, 16, 33, 70};
enum { N_SIZES = sizeof sizes / sizeof sizes[0] };

static double unit_of(lnt_dtype dtype)
{
    return dtype == LNT_F32 ? 6e-8 : 1.2e-16;
}

/* A·Aᵀ + shift, both triangles, by a plain loop. */
static lnt_tensor gram(const lnt_tensor *a, double shift)
{
    lnt_tensor c = matrix(a->dtype, a->rows, a->rows);
    for (size_t i = 0; i < a->rows; i++) {
        for (size_t j = 0; j < a->rows; j++) {
            double sum = i == j ? shift : 0;
            for (size_t k = 0; k < a->cols; k++) {
                sum += lnt_tensor_get(a, i, k) * lnt_tensor_get(a, j, k);
            }
            OK(lnt_tensor_set(&c, i, j, sum));
        }
    }
    return c;
}

#define EACH(n, dtype)                                                                             \
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++)                                     \
        for (size_t index_ = 0, n = sizes[0]; index_ < N_SIZES;                                    \
             index_++, n = sizes[index_ < N_SIZES ? index_ : 0])

Test(symmetric, syrk_is_the_product)
{
    EACH(n, dtype)
    {
        const lnt_tensor a = random_matrix(dtype, n, n + 3, n),
                         tall = random_matrix(dtype, n + 3, n, 2);
        const lnt_tensor transposed = lnt_transpose(&tall);
        const lnt_tensor *operands[] = {&a, &transposed};
        for (int i = 0; i < 2; i++) {
            const lnt_tensor expected = gram(operands[i], 0);
            lnt_tensor c = matrix(dtype, n, n);
            OK(lnt_fill(NAN, &c));
            OK(lnt_syrk(1, operands[i], 0, &c));
            OK(lnt_mirror(&c));
            assert_lt(difference(&c, &expected), 200 * unit_of(dtype));
            OK(lnt_syrk(0.5, operands[i], 2, &c)); /* 2·C + C/2 below the diagonal */
            OK(lnt_mirror(&c));
            OK(lnt_scale(1 / 2.5, &c));
            assert_lt(difference(&c, &expected), 200 * unit_of(dtype));
        }
    }
}

Test(symmetric, syrk_leaves_the_upper_triangle)
{
    const lnt_tensor a = random_matrix(LNT_F64, 5, 4, 1);
    lnt_tensor c = matrix(LNT_F64, 5, 5);
    OK(lnt_fill(7, &c));
    OK(lnt_syrk(1, &a, 0, &c));
    for (size_t i = 0; i < 5; i++) {
        for (size_t j = i + 1; j < 5; j++) {
            assert_eq(lnt_tensor_get(&c, i, j), 7);
        }
    }
    const lnt_tensor none = lnt_tensor_view(LNT_F64, NULL, 5, 0);
    OK(lnt_syrk(1, &none, 0, &c));
    double most;
    OK(lnt_norm(LNT_NORM_MAX, &c, &most));
    assert_eq(most, 0, "a product of nothing is nothing");
}

Test(symmetric, cholesky_solves)
{
    EACH(n, dtype)
    {
        const lnt_tensor a = random_matrix(dtype, n, n + 3, n), c = gram(&a, (double) n);
        const lnt_tensor x = random_matrix(dtype, 4, n, 2);
        lnt_tensor l = copy_of(dtype, &c), b = matrix(dtype, 4, n);
        bool definite = false;
        OK(lnt_gemm(1, &x, &c, 0, &b)); /* C is symmetric: rows of x·C */
        OK(lnt_cholesky(&l, &definite));
        cr_assert(definite);
        OK(lnt_cholesky_solve(&l, &b));
        assert_lt(difference(&b, &x), 2e3 * unit_of(dtype));

        lnt_tensor product = matrix(dtype, n, n), unit = matrix(dtype, n, n);
        for (size_t i = 0; i < n; i++) {
            OK(lnt_tensor_set(&unit, i, i, 1));
        }
        OK(lnt_cholesky_invert(&l));
        OK(lnt_gemm(1, &l, &c, 0, &product));
        assert_lt(difference(&product, &unit), 2e3 * unit_of(dtype));
    }
}

Test(symmetric, what_is_not_definite_is_told)
{
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        lnt_tensor c = matrix(dtype, 3, 3);
        bool definite = true;
        OK(lnt_fill(1, &c));
        OK(lnt_tensor_set(&c, 2, 2, -1));
        OK(lnt_cholesky(&c, &definite));
        cr_assert(!definite);
        OK(lnt_fill(NAN, &c));
        OK(lnt_cholesky(&c, &definite));
        cr_assert(!definite);
    }
}

Test(symmetric, eigenvectors_make_the_matrix)
{
    EACH(n, dtype)
    {
        const lnt_tensor a = random_matrix(dtype, n, n + 3, n), c = gram(&a, 0);
        lnt_tensor v = copy_of(dtype, &c), values = matrix(dtype, 1, n);
        void *work = lnt_allocate(NULL, lnt_eigen_work(n), lnt_dtype_size(dtype));
        OK(lnt_eigen(&v, values.data, work));
        lnt_tensor scaled = copy_of(dtype, &v), again = matrix(dtype, n, n);
        for (size_t i = 0; i < n; i++) {
            if (i != 0) {
                assert_le(lnt_tensor_get(&values, 0, i - 1), lnt_tensor_get(&values, 0, i));
            }
            for (size_t j = 0; j < n; j++) {
                OK(lnt_tensor_set(&scaled, i, j,
                                  lnt_tensor_get(&v, i, j) * lnt_tensor_get(&values, 0, i)));
            }
        }
        const lnt_tensor columns = lnt_transpose(&v);
        OK(lnt_gemm(1, &columns, &scaled, 0, &again));
        assert_lt(difference(&again, &c), 500 * unit_of(dtype));
        lnt_release(NULL, work);
    }
}

Test(symmetric, rows_become_orthonormal)
{
    EACH(n, dtype)
    {
        const lnt_tensor x = random_matrix(dtype, n, n, n);
        lnt_tensor q = copy_of(dtype, &x), unit = matrix(dtype, n, n), product = unit;
        void *work = lnt_allocate(NULL, lnt_eigen_work(n), lnt_dtype_size(dtype));
        product = matrix(dtype, n, n);
        OK(lnt_orthonormalise(&q, work));
        const lnt_tensor columns = lnt_transpose(&q);
        for (size_t i = 0; i < n; i++) {
            OK(lnt_tensor_set(&unit, i, i, 1));
        }
        OK(lnt_gemm(1, &q, &columns, 0, &product));
        assert_lt(difference(&product, &unit), 100 * unit_of(dtype));
        OK(lnt_gemm(1, &x, &columns, 0, &product)); /* X = L·Q: nothing right of the diagonal */
        for (size_t i = 0; i < n; i++) {
            for (size_t j = i + 1; j < n; j++) {
                assert_lt(fabs(lnt_tensor_get(&product, i, j)), 1e3 * unit_of(dtype));
            }
        }
        lnt_release(NULL, work);
    }
}

Test(symmetric, refuses_what_does_not_fit)
{
    const lnt_tensor a = random_matrix(LNT_F64, 4, 3, 1), single = random_matrix(LNT_F32, 4, 3, 1);
    lnt_tensor c = matrix(LNT_F64, 4, 4), wide = matrix(LNT_F64, 4, 5), b = matrix(LNT_F64, 2, 3);
    lnt_tensor five = matrix(LNT_F64, 5, 5), none = {.data = NULL};
    bool definite;
    FAILS(LNT_ERR_SHAPE, lnt_syrk(1, &a, 0, &wide));
    FAILS(LNT_ERR_SHAPE, lnt_syrk(1, &a, 0, &five));
    FAILS(LNT_ERR_DTYPE, lnt_syrk(1, &single, 0, &c));
    FAILS(LNT_ERR_ALIAS, lnt_syrk(1, &c, 0, &c));
    FAILS(LNT_ERR_SHAPE, lnt_cholesky(&wide, &definite));
    FAILS(LNT_ERR_SHAPE, lnt_cholesky_solve(&c, &b));
    FAILS(LNT_ERR_DTYPE, lnt_cholesky(&none, &definite));
    lnt_tensor one = c, row = a; /* the stride of a single column is nothing */
    one.rows = one.cols = row.rows = 1;
    one.col_stride = 7;
    OK(lnt_syrk(1, &row, 0, &one));
    assert_eq(lnt_eigen_work(SIZE_MAX / 16), 0);
}

Test(symmetric, products_by_element)
{
    for (lnt_dtype dtype = LNT_F32; dtype <= LNT_F64; dtype++) {
        const lnt_tensor a = random_matrix(dtype, 1, 37, 1), b = random_matrix(dtype, 1, 37, 2);
        const lnt_tensor c = random_matrix(dtype, 1, 37, 3);
        lnt_tensor y = random_matrix(dtype, 1, 37, 4), expected = copy_of(dtype, &y);
        for (size_t j = 0; j < 37; j++) {
            const double at = lnt_tensor_get(&a, 0, j), bt = lnt_tensor_get(&b, 0, j),
                         ct = lnt_tensor_get(&c, 0, j);
            OK(lnt_tensor_set(&expected, 0, j,
                              lnt_tensor_get(&y, 0, j) + at * bt + at * bt * ct + (at + 0.5) * bt));
        }
        lnt_hadamard(dtype, 37, a.data, b.data, true, y.data);
        lnt_hadamard_add3(dtype, 37, a.data, b.data, c.data, y.data);
        lnt_hadamard_shifted(dtype, 37, 0.5, a.data, b.data, true, y.data);
        assert_lt(difference(&y, &expected), 10 * unit_of(dtype));
        lnt_tensor in_place = copy_of(dtype, &a);
        lnt_hadamard(dtype, 37, in_place.data, b.data, false, in_place.data);
        assert_eq(lnt_tensor_get(&in_place, 0, 5),
                  dtype == LNT_F32 ? (double) (float) ((float) lnt_tensor_get(&a, 0, 5) *
                                                       (float) lnt_tensor_get(&b, 0, 5))
                                   : lnt_tensor_get(&a, 0, 5) * lnt_tensor_get(&b, 0, 5));
    }
}
