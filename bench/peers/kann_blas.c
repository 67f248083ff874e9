/* SPDX-License-Identifier: MIT */
/*
 * KANN's products by CBLAS, as when KANN is built with it: C += op(A)·op(B). Loaded before KANN,
 * this takes the place of its own.
 */
#include <cblas.h>

void kad_sgemm_simple(int a_transposed, int b_transposed, int m, int n, int k, const float *a,
                      const float *b, float *c);
void kad_saxpy(int n, float alpha, const float *x, float *y);

void kad_sgemm_simple(int a_transposed, int b_transposed, int m, int n, int k, const float *a,
                      const float *b, float *c)
{
    cblas_sgemm(CblasRowMajor, a_transposed ? CblasTrans : CblasNoTrans,
                b_transposed ? CblasTrans : CblasNoTrans, m, n, k, 1, a, a_transposed ? m : k, b,
                b_transposed ? k : n, 1, c, n);
}

void kad_saxpy(int n, float alpha, const float *x, float *y)
{
    cblas_saxpy(n, alpha, x, 1, y, 1);
}
