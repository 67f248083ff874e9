/* SPDX-License-Identifier: MIT */
#include "tensor/blas/gemm_short.h"

#include "base/ignore_status.h"
#include "base/smaller.h"
#include "tensor/blas/blas.h"

#include <limits.h>

/* Side of the square blocks that operands BLAS cannot address are packed into. */
enum { BLOCK = 64 };

/* Whether the rows lie one behind the other as BLAS wants them, and their leading dimension. */
static bool row_form(const lnt_tensor *t, int *ld)
{
    if (t->cols > 1 && t->col_stride != 1) {
        return false;
    }
    if (t->rows <= 1) {
        *ld = (int) t->cols;
        return true;
    }
    if (t->row_stride < (ptrdiff_t) t->cols || t->row_stride > INT_MAX) {
        return false;
    }
    *ld = (int) t->row_stride;
    return true;
}

bool lnt_blas_form(const lnt_tensor *t, lnt_blas_matrix *matrix)
{
    matrix->data = t->data;
    matrix->transposed = false;
    if (row_form(t, &matrix->ld)) {
        return true;
    }
    const lnt_tensor transposed = lnt_transpose(t);
    matrix->transposed = true;
    return row_form(&transposed, &matrix->ld);
}

/* The block of t at (i, j), packed into buffer if t has no form of its own. */
static lnt_blas_matrix block_of(const lnt_tensor *t, bool packed, size_t i, size_t j, size_t rows,
                                size_t cols, void *buffer)
{
    lnt_tensor block = lnt_tensor_strided(t->dtype, lnt_tensor_ptr(t, i, j), rows, cols,
                                          t->row_stride, t->col_stride);
    if (packed) {
        lnt_tensor pack = lnt_tensor_view(t->dtype, buffer, rows, cols);
        lnt_ignore_status(lnt_copy(&block, &pack));
        block = pack;
    }
    lnt_blas_matrix matrix;
    (void) lnt_blas_form(&block, &matrix);
    return matrix;
}

/* C = sum + beta·C for one block. */
static void add_block(const lnt_tensor *sum, double beta, lnt_tensor *c)
{
    if (beta == 0) {
        lnt_ignore_status(lnt_copy(sum, c));
        return;
    }
    lnt_ignore_status(lnt_scale(beta, c));
    lnt_ignore_status(lnt_axpy(1, sum, c));
}

/*
 * Some operand has strides that BLAS cannot address. Only the extents of such operands are cut into
 * blocks, so that the others are used whole and in place.
 */
#if defined(__GNUC__)
__attribute__((noinline)) /* keeps the buffers off the stack of the direct call */
#endif
static void
gemm_blocked(double alpha, const lnt_tensor *a, const lnt_tensor *b, double beta, lnt_tensor *c)
{
    _Alignas(64) double a_buffer[BLOCK * BLOCK], b_buffer[BLOCK * BLOCK], c_buffer[BLOCK * BLOCK];
    const size_t m = c->rows, n = c->cols, k = a->cols;
    lnt_blas_matrix form;
    const bool pack_a = !lnt_blas_form(a, &form);
    const bool pack_b = !lnt_blas_form(b, &form);
    const bool pack_c = !lnt_blas_form(c, &form) || form.transposed;
    const size_t m_step = pack_a || pack_c ? BLOCK : m;
    const size_t n_step = pack_b || pack_c ? BLOCK : n;
    const size_t k_step = pack_a || pack_b ? BLOCK : k;

    for (size_t i = 0; i < m; i += m_step) {
        const size_t rows = lnt_smaller(m_step, m - i);
        for (size_t j = 0; j < n; j += n_step) {
            const size_t cols = lnt_smaller(n_step, n - j);
            lnt_tensor c_block = lnt_tensor_strided(c->dtype, lnt_tensor_ptr(c, i, j), rows, cols,
                                                    c->row_stride, c->col_stride);
            lnt_tensor target = pack_c ? lnt_tensor_view(c->dtype, c_buffer, rows, cols) : c_block;
            lnt_blas_matrix c_form;
            (void) lnt_blas_form(&target, &c_form);
            double factor = pack_c ? 0 : beta;
            for (size_t p = 0; p < k; p += k_step) {
                const size_t depth = lnt_smaller(k_step, k - p);
                const lnt_blas_matrix a_form = block_of(a, pack_a, i, p, rows, depth, a_buffer);
                const lnt_blas_matrix b_form = block_of(b, pack_b, p, j, depth, cols, b_buffer);
                lnt_blas_gemm(c->dtype, (int) rows, (int) cols, (int) depth, alpha, a_form, b_form,
                              factor, c_form);
                factor = 1;
            }
            if (pack_c) {
                add_block(&target, beta, &c_block);
            }
        }
    }
}

/* A C that lies by columns is the row-major product Cᵀ = Bᵀ·Aᵀ. */
static bool is_by_columns(const lnt_tensor *c)
{
    lnt_blas_matrix form;
    return lnt_blas_form(c, &form) && form.transposed;
}

static void multiply(double alpha, const lnt_tensor *a, const lnt_tensor *b, double beta,
                     lnt_tensor *c)
{
    lnt_blas_matrix a_form, b_form, c_form;
    if (lnt_blas_form(a, &a_form) && lnt_blas_form(b, &b_form) && lnt_blas_form(c, &c_form)) {
        lnt_blas_gemm(c->dtype, (int) c->rows, (int) c->cols, (int) a->cols, alpha, a_form, b_form,
                      beta, c_form);
    } else {
        gemm_blocked(alpha, a, b, beta, c);
    }
}

void lnt_gemm_short(double alpha, const lnt_tensor *a, const lnt_tensor *b, double beta,
                    lnt_tensor *c)
{
    if (is_by_columns(c)) {
        const lnt_tensor at = lnt_transpose(a), bt = lnt_transpose(b);
        lnt_tensor ct = lnt_transpose(c);
        multiply(alpha, &bt, &at, beta, &ct);
    } else {
        multiply(alpha, a, b, beta, c);
    }
}

bool lnt_gemm_is_direct(const lnt_tensor *a, const lnt_tensor *b, const lnt_tensor *c)
{
    lnt_blas_matrix form;
    return lnt_blas_form(a, &form) && lnt_blas_form(b, &form) && lnt_blas_form(c, &form);
}

/* BLAS wants the lowest address of a vector, whatever the sign of its increment. */
static void *lowest(const lnt_tensor *column)
{
    return lnt_tensor_ptr(column, column->row_stride < 0 ? column->rows - 1 : 0, 0);
}

static bool is_increment(const lnt_tensor *column)
{
    return column->row_stride != 0 && column->row_stride >= -INT_MAX &&
           column->row_stride <= INT_MAX;
}

void lnt_gemv_short(double alpha, const lnt_tensor *a, const lnt_tensor *x, double beta,
                    lnt_tensor *y)
{
    lnt_blas_matrix form;
    if (!lnt_blas_form(a, &form) || !is_increment(x) || !is_increment(y)) {
        lnt_gemm_short(alpha, a, x, beta, y);
        return;
    }
    /* Versions of BLAS differ in whether beta = 0 clears a NaN in y. */
    lnt_ignore_status(lnt_scale(beta, y));
    lnt_blas_gemv(a->dtype, (int) a->rows, (int) a->cols, alpha, form, lowest(x),
                  (int) x->row_stride, 1, lowest(y), (int) y->row_stride);
}
