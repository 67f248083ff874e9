/* SPDX-License-Identifier: MIT */
#ifndef LNT_BENCH_BARE_H
#define LNT_BENCH_BARE_H

#include LNT_CBLAS_HEADER
#include <stdbool.h>

/* The arguments of one CBLAS product C = A·B, row-major; inline, so that nothing is between. */
typedef struct lnt_bench_product {
    bool a_transposed, b_transposed;
    int m, n, k;
    const void *a, *b;
    int lda, ldb;
    void *c;
    int ldc;
} lnt_bench_product;

static inline void lnt_bench_bare_f32(const lnt_bench_product *p)
{
    cblas_sgemm(CblasRowMajor, p->a_transposed ? CblasTrans : CblasNoTrans,
                p->b_transposed ? CblasTrans : CblasNoTrans, p->m, p->n, p->k, 1, p->a, p->lda,
                p->b, p->ldb, 0, p->c, p->ldc);
}

static inline void lnt_bench_bare_f64(const lnt_bench_product *p)
{
    cblas_dgemm(CblasRowMajor, p->a_transposed ? CblasTrans : CblasNoTrans,
                p->b_transposed ? CblasTrans : CblasNoTrans, p->m, p->n, p->k, 1, p->a, p->lda,
                p->b, p->ldb, 0, p->c, p->ldc);
}

#endif
