/* SPDX-License-Identifier: MIT */
#include "tensor/symmetric.h"

#include "tensor/blas/blas.h"
#include "tensor/blas/gemm_long.h"
#include "tensor/blas/lapack.h"
#include "tensor/view/check.h"

#include <limits.h>
#include <math.h>
#include <stdint.h>

static bool is_dense(const lnt_tensor *t)
{
    return (t->cols <= 1 || t->col_stride == 1) &&
           (t->rows <= 1 || t->row_stride == (ptrdiff_t) t->cols);
}

static lnt_status check_square(const lnt_tensor *c)
{
    LNT_TRY(lnt_check_real(c));
    if (c->rows != c->cols || !is_dense(c)) {
        return LNT_ERR_SHAPE;
    }
    return c->rows <= INT_MAX ? LNT_OK : LNT_ERR_TOO_LARGE;
}

static lnt_status check_rows(const lnt_tensor *l, const lnt_tensor *b)
{
    LNT_TRY(check_square(l));
    LNT_TRY(lnt_check_real(b));
    if (l->dtype != b->dtype) {
        return LNT_ERR_DTYPE;
    }
    if (b->cols != l->rows || !is_dense(b)) {
        return LNT_ERR_SHAPE;
    }
    return b->rows <= INT_MAX ? LNT_OK : LNT_ERR_TOO_LARGE;
}

/* Row by row, each a product by a vector, whose sums are cut into panels. */
static lnt_status syrk_long(double alpha, const lnt_tensor *a, double beta, lnt_tensor *c)
{
    for (size_t i = 0; i < c->rows; i++) {
        lnt_tensor above, row, part;
        LNT_TRY(lnt_slice_rows(a, 0, i + 1, 1, &above));
        LNT_TRY(lnt_slice_rows(a, i, 1, 1, &row));
        LNT_TRY(lnt_slice_rows(c, i, 1, 1, &part));
        LNT_TRY(lnt_slice_cols(&part, 0, i + 1, 1, &part));
        LNT_TRY(lnt_gemv(alpha, &above, &row, beta, &part));
    }
    return LNT_OK;
}

lnt_status lnt_syrk(double alpha, const lnt_tensor *a, double beta, lnt_tensor *c)
{
    LNT_TRY(check_square(c));
    LNT_TRY(lnt_check_real(a));
    if (a->dtype != c->dtype) {
        return LNT_ERR_DTYPE;
    }
    lnt_blas_matrix matrix;
    if (a->rows != c->rows) {
        return LNT_ERR_SHAPE;
    }
    if (a->cols > INT_MAX) {
        return LNT_ERR_TOO_LARGE;
    }
    if (!lnt_is_empty(a) && !lnt_blas_form(a, &matrix)) {
        return LNT_ERR_SHAPE;
    }
    LNT_TRY(lnt_check_apart(a, c, false));
    if (lnt_is_empty(a) || alpha == 0) {
        return lnt_scale(beta, c);
    }
    if (a->cols > lnt_gemm_longest(c->dtype, c->rows, c->cols)) {
        return syrk_long(alpha, a, beta, c);
    }
    lnt_blas_syrk(c->dtype, (int) c->rows, (int) a->cols, alpha, matrix, beta, c->data,
                  (int) c->rows);
    return LNT_OK;
}

enum { TILE = 32 };

#define TEMPLATE "tensor/symmetric.inc"
#include "base/precision/both.inc"

lnt_status lnt_mirror(lnt_tensor *c)
{
    LNT_TRY(check_square(c));
    (c->dtype == LNT_F32 ? mirror_f32 : mirror_f64)(c->rows, c->data);
    return LNT_OK;
}

lnt_status lnt_cholesky(lnt_tensor *c, bool *definite)
{
    LNT_TRY(check_square(c));
    LNT_TRY(lnt_lapack_potrf(c->dtype, c->rows, c->data, definite));
    /* OpenBLAS takes NaN for positive; it comes down to the diagonal. */
    const lnt_tensor diagonal =
        lnt_tensor_strided(c->dtype, c->data, 1, c->rows, 0, (ptrdiff_t) c->cols + 1);
    bool finite;
    LNT_TRY(lnt_all_finite(&diagonal, &finite, NULL, NULL));
    *definite = *definite && finite;
    return LNT_OK;
}

lnt_status lnt_cholesky_solve(const lnt_tensor *l, lnt_tensor *b)
{
    LNT_TRY(check_rows(l, b));
    return lnt_lapack_potrs(l->dtype, l->rows, l->data, b->rows, b->data);
}

lnt_status lnt_cholesky_invert(lnt_tensor *l)
{
    LNT_TRY(check_square(l));
    LNT_TRY(lnt_lapack_potri(l->dtype, l->rows, l->data));
    return lnt_mirror(l);
}

size_t lnt_eigen_work(size_t n)
{
    return lnt_lapack_work(n);
}

lnt_status lnt_eigen(lnt_tensor *c, void *values, void *work)
{
    LNT_TRY(check_square(c));
    return lnt_lapack_syevd(c->dtype, c->rows, c->data, values, work);
}

lnt_status lnt_orthonormalise(lnt_tensor *x, void *work)
{
    LNT_TRY(check_square(x));
    return lnt_lapack_orthonormalise(x->dtype, x->rows, x->data, work);
}
