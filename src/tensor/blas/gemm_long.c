/* SPDX-License-Identifier: MIT */
#include "tensor/blas/gemm_long.h"

#include "base/ignore_status.h"
#include "base/smaller.h"
#include "tensor/blas/blas.h"
#include "tensor/blas/gemm_short.h"
#include "tensor/sums/totals.h"

#include <limits.h>
#include <stdint.h>

size_t lnt_gemm_longest(lnt_dtype dtype, size_t m, size_t n)
{
    if (dtype == LNT_F64) {
        return INT_MAX;
    }
    /* Vectors, and matrices of few elements, have kernels that do not sum blocks. */
    const bool blocks = m > 1 && n > 1 && m * n >= 64 && lnt_blas_sums_blocks();
    return blocks ? LNT_GEMM_LONG_BLOCKS : LNT_GEMM_LONG;
}

/* Side of the square blocks of C. */
enum { BLOCK = 64 };

static lnt_tensor block_of(const lnt_tensor *t, size_t i, size_t j, size_t rows, size_t cols)
{
    return lnt_tensor_strided(t->dtype, lnt_tensor_ptr(t, i, j), rows, cols, t->row_stride,
                              t->col_stride);
}

/* totals = A*B, for rows of A and columns of B that fit a block. */
static void sum_panels(const lnt_tensor *a, const lnt_tensor *b, lnt_tensor *sums, double *totals)
{
    const size_t k = a->cols, parts = (k + LNT_GEMM_LONG - 1) / LNT_GEMM_LONG;
    const size_t panel = (k + parts - 1) / parts;
    for (size_t first = 0; first < k; first += panel) {
        const size_t depth = lnt_smaller(panel, k - first);
        const lnt_tensor a_panel = block_of(a, 0, first, a->rows, depth);
        const lnt_tensor b_panel = block_of(b, first, 0, depth, b->cols);
        if (sums->cols == 1) {
            lnt_gemv_short(1, &a_panel, &b_panel, 0, sums);
        } else {
            lnt_gemm_short(1, &a_panel, &b_panel, 0, sums);
        }
        lnt_totals_add(sums->dtype, sums->rows * sums->cols, sums->data, first == 0, totals);
    }
}

/* C = alpha*totals + beta*C; with beta = 0, C is not read. */
static void store(double alpha, const double *totals, double beta, lnt_tensor *c)
{
    for (size_t i = 0; i < c->rows; i++) {
        for (size_t j = 0; j < c->cols; j++) {
            const double before = beta == 0 ? 0 : beta * lnt_tensor_get(c, i, j);
            lnt_ignore_status(lnt_tensor_set(c, i, j, alpha * totals[i * c->cols + j] + before));
        }
    }
}

void lnt_gemm_long(double alpha, const lnt_tensor *a, const lnt_tensor *b, double beta,
                   lnt_tensor *c)
{
    double totals[BLOCK * BLOCK];
    _Alignas(64) double sums_memory[BLOCK * BLOCK];
    for (size_t i = 0; i < c->rows; i += BLOCK) {
        const size_t rows = lnt_smaller(BLOCK, c->rows - i);
        const lnt_tensor a_rows = block_of(a, i, 0, rows, a->cols);
        for (size_t j = 0; j < c->cols; j += BLOCK) {
            const size_t cols = lnt_smaller(BLOCK, c->cols - j);
            const lnt_tensor b_cols = block_of(b, 0, j, b->rows, cols);
            lnt_tensor sums = lnt_tensor_view(c->dtype, sums_memory, rows, cols);
            lnt_tensor c_block = block_of(c, i, j, rows, cols);
            sum_panels(&a_rows, &b_cols, &sums, totals);
            store(alpha, totals, beta, &c_block);
        }
    }
}
