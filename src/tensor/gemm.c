/* SPDX-License-Identifier: MIT */
#include "tensor/blas/gemm_general.h"
#include "tensor/blas/gemm_plain.h"
#include "tensor/blas/gemm_short.h"
#include "tensor/product/product.h"
#include "tensor/view/check.h"

lnt_status lnt_gemm(double alpha, const lnt_tensor *a, const lnt_tensor *b, double beta,
                    lnt_tensor *c)
{
    lnt_plain pa, pb, pc;
    if (a == NULL || b == NULL || c == NULL) {
        return LNT_ERR_NULL;
    }
    if (!lnt_gemm_is_plain(alpha, a, b, c, &pa, &pb, &pc)) {
        return lnt_gemm_general(alpha, a, b, beta, c);
    }
    if (alpha != 1 || (beta != 0 && beta != 1) || !lnt_product_small(a, b, beta == 1, c)) {
        lnt_gemm_plain(alpha, a, &pa, &pb, beta, c, &pc);
    }
    return LNT_OK;
}

/* A vector of either orientation as a column [n, 1]. */
static lnt_tensor as_column(const lnt_tensor *x)
{
    return x->cols == 1 ? *x : lnt_transpose(x);
}

static bool is_vector(const lnt_tensor *x)
{
    return x->rows == 1 || x->cols == 1;
}

lnt_status lnt_gemv(double alpha, const lnt_tensor *a, const lnt_tensor *x, double beta,
                    lnt_tensor *y)
{
    if (a == NULL || x == NULL || y == NULL) {
        return LNT_ERR_NULL;
    }
    if (!is_vector(x) || !is_vector(y)) {
        return LNT_ERR_SHAPE;
    }
    const lnt_tensor x_column = as_column(x);
    lnt_tensor y_column = as_column(y);
    LNT_TRY(lnt_check_product(a, &x_column, &y_column));
    if (lnt_is_empty(&y_column) || alpha == 0 || a->cols == 0 ||
        lnt_gemm_is_long(a->cols, &y_column)) {
        return lnt_gemm(alpha, a, &x_column, beta, &y_column);
    }
    lnt_gemv_short(alpha, a, &x_column, beta, &y_column);
    return LNT_OK;
}
