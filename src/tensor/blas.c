/* SPDX-License-Identifier: MIT */
#include "tensor/blas.h"

#include <linnet/build.h>

#ifndef LNT_CBLAS_HEADER
#define LNT_CBLAS_HEADER <cblas.h>
#endif
#include LNT_CBLAS_HEADER

void lnt_blas_gemm(lnt_dtype dtype, int m, int n, int k, double alpha, lnt_blas_matrix a,
                   lnt_blas_matrix b, double beta, lnt_blas_matrix c)
{
    const CBLAS_TRANSPOSE a_form = a.transposed ? CblasTrans : CblasNoTrans;
    const CBLAS_TRANSPOSE b_form = b.transposed ? CblasTrans : CblasNoTrans;
    if (dtype == LNT_F32) {
        cblas_sgemm(CblasRowMajor, a_form, b_form, m, n, k, (float) alpha, a.data, a.ld, b.data,
                    b.ld, (float) beta, c.data, c.ld);
    } else {
        cblas_dgemm(CblasRowMajor, a_form, b_form, m, n, k, alpha, a.data, a.ld, b.data, b.ld, beta,
                    c.data, c.ld);
    }
}

void lnt_blas_gemv(lnt_dtype dtype, int m, int n, double alpha, lnt_blas_matrix a, const void *x,
                   int x_step, double beta, void *y, int y_step)
{
    /* BLAS counts the rows and columns of the matrix as stored. */
    const CBLAS_TRANSPOSE form = a.transposed ? CblasTrans : CblasNoTrans;
    const int rows = a.transposed ? n : m;
    const int cols = a.transposed ? m : n;
    if (dtype == LNT_F32) {
        cblas_sgemv(CblasRowMajor, form, rows, cols, (float) alpha, a.data, a.ld, x, x_step,
                    (float) beta, y, y_step);
    } else {
        cblas_dgemv(CblasRowMajor, form, rows, cols, alpha, a.data, a.ld, x, x_step, beta, y,
                    y_step);
    }
}

#if defined(LNT_BLAS_OPENBLAS)

const char *lnt_blas_config(void)
{
    return openblas_get_config();
}

const char *lnt_blas_core(void)
{
    return openblas_get_corename();
}

int lnt_blas_threads(void)
{
    return openblas_get_num_threads();
}

lnt_status lnt_blas_set_threads(int threads)
{
    if (threads < 1) {
        return LNT_ERR_INVALID;
    }
    openblas_set_num_threads(threads);
    return LNT_OK;
}

#else

const char *lnt_blas_config(void)
{
    return "";
}

const char *lnt_blas_core(void)
{
    return "";
}

int lnt_blas_threads(void)
{
    return 0;
}

lnt_status lnt_blas_set_threads(int threads)
{
    return threads == 1 ? LNT_OK : LNT_ERR_INVALID;
}

#endif
