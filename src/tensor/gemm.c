/* SPDX-License-Identifier: MIT */
#include "base/ignore_status.h"
#include "tensor/blas.h"
#include "tensor/check.h"
#include "tensor/gemm_long.h"
#include "tensor/product.h"

#include <limits.h>
#include <stdint.h>

/* Side of the square blocks that operands BLAS cannot address are packed into. */
enum { BLOCK = 64 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

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
    lnt_tensor block = lnt_tensor_strided(t->dtype, lnt_element(t, i, j), rows, cols, t->row_stride,
                                          t->col_stride);
    if (packed) {
        lnt_tensor pack = lnt_tensor_of(t->dtype, buffer, rows, cols);
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
        const size_t rows = smaller(m_step, m - i);
        for (size_t j = 0; j < n; j += n_step) {
            const size_t cols = smaller(n_step, n - j);
            lnt_tensor c_block = lnt_tensor_strided(c->dtype, lnt_element(c, i, j), rows, cols,
                                                    c->row_stride, c->col_stride);
            lnt_tensor target = pack_c ? lnt_tensor_of(c->dtype, c_buffer, rows, cols) : c_block;
            lnt_blas_matrix c_form;
            (void) lnt_blas_form(&target, &c_form);
            double factor = pack_c ? 0 : beta;
            for (size_t p = 0; p < k; p += k_step) {
                const size_t depth = smaller(k_step, k - p);
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

/* Any operands: checked one by one, turned or packed as they need. */
static lnt_status gemm_general(double alpha, const lnt_tensor *a, const lnt_tensor *b, double beta,
                               lnt_tensor *c)
{
    LNT_TRY(lnt_check_product(a, b, c));
    if (lnt_is_empty(c)) {
        return LNT_OK;
    }
    if (alpha == 0 || a->cols == 0) {
        return lnt_scale(beta, c);
    }
    /* A C that lies by columns is the row-major product Cᵀ = Bᵀ·Aᵀ. */
    const lnt_tensor at = lnt_transpose(a), bt = lnt_transpose(b);
    lnt_tensor ct = lnt_transpose(c);
    lnt_blas_matrix a_form, b_form, c_form;
    if (lnt_blas_form(c, &c_form) && c_form.transposed) {
        const lnt_tensor *swap = &bt;
        b = &at;
        a = swap;
        c = &ct;
    }
    const bool direct =
        lnt_blas_form(a, &a_form) && lnt_blas_form(b, &b_form) && lnt_blas_form(c, &c_form);
    if (a->cols > (direct ? lnt_gemm_longest(c->dtype, c->rows, c->cols) : LNT_GEMM_LONG)) {
        lnt_gemm_long(alpha, a, b, beta, c);
    } else if (direct) {
        lnt_blas_gemm(c->dtype, (int) c->rows, (int) c->cols, (int) a->cols, alpha, a_form, b_form,
                      beta, c_form);
    } else {
        gemm_blocked(alpha, a, b, beta, c);
    }
    return LNT_OK;
}

/* Whether k is more than one call of BLAS may sum. */
static inline bool is_long(size_t k, const lnt_tensor *c)
{
    return k > LNT_GEMM_LONG && k > lnt_gemm_longest(c->dtype, c->rows, c->cols);
}

/* An operand in the form that nearly all have, with the addresses it covers. */
typedef struct plain {
    lnt_blas_matrix form;
    const char *low;
    const char *high;
} plain;

/* Extents this small can be multiplied and counted in bytes without overflow. */
#define PLAIN_LIMIT ((size_t) 1 << (sizeof(size_t) > 4 ? 30 : 14))

static inline bool is_plain(const lnt_tensor *t, size_t size, plain *out)
{
    const bool by_rows = t->col_stride == 1 && t->row_stride >= (ptrdiff_t) t->cols;
    if (!by_rows && (t->row_stride != 1 || t->col_stride < (ptrdiff_t) t->rows)) {
        return false;
    }
    const size_t lines = by_rows ? t->rows : t->cols, length = by_rows ? t->cols : t->rows;
    const size_t ld = (size_t) (by_rows ? t->row_stride : t->col_stride);
    if (lines == 0 || length == 0 || (lines | length | ld) >= PLAIN_LIMIT || t->data == NULL) {
        return false;
    }
    out->form = (lnt_blas_matrix){t->data, (int) ld, !by_rows};
    out->low = t->data;
    out->high = out->low + ((lines - 1) * ld + length) * size;
    return true;
}

static inline bool apart(const plain *x, const plain *y)
{
    return (uintptr_t) x->high <= (uintptr_t) y->low || (uintptr_t) y->high <= (uintptr_t) x->low;
}

/*
 * The products of tiny nets come by the million, so dense operands that are in order are recognised
 * at once; whatever is unusual or wrong takes the long way, which finds out what it is.
 */
static inline lnt_status product(bool small, double alpha, const lnt_tensor *a, const lnt_tensor *b,
                                 double beta, lnt_tensor *c)
{
    if (a == NULL || b == NULL || c == NULL) {
        return LNT_ERR_NULL;
    }
    plain pa, pb, pc;
    const size_t size = c->dtype == LNT_F64 ? sizeof(double) : sizeof(float);
    if ((c->dtype == LNT_F32 || c->dtype == LNT_F64) && a->dtype == c->dtype &&
        b->dtype == c->dtype && a->rows == c->rows && a->cols == b->rows && b->cols == c->cols &&
        alpha != 0 && !is_long(a->cols, c) && is_plain(c, size, &pc) && !pc.form.transposed &&
        is_plain(a, size, &pa) && is_plain(b, size, &pb) && apart(&pa, &pc) && apart(&pb, &pc)) {
        if (small && alpha == 1 && (beta == 0 || beta == 1) &&
            lnt_product_small(a, b, beta == 1, c)) {
            return LNT_OK;
        }
        lnt_blas_gemm(c->dtype, (int) c->rows, (int) c->cols, (int) a->cols, alpha, pa.form,
                      pb.form, beta, pc.form);
        return LNT_OK;
    }
    return gemm_general(alpha, a, b, beta, c);
}

lnt_status lnt_gemm(double alpha, const lnt_tensor *a, const lnt_tensor *b, double beta,
                    lnt_tensor *c)
{
    return product(true, alpha, a, b, beta, c);
}

lnt_status lnt_blas_product(double alpha, const lnt_tensor *a, const lnt_tensor *b, double beta,
                            lnt_tensor *c)
{
    return product(false, alpha, a, b, beta, c);
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

/* BLAS wants the lowest address of a vector, whatever the sign of its increment. */
static void *lowest(const lnt_tensor *column)
{
    return lnt_element(column, column->row_stride < 0 ? column->rows - 1 : 0, 0);
}

static bool is_increment(const lnt_tensor *column)
{
    return column->row_stride != 0 && column->row_stride >= -INT_MAX &&
           column->row_stride <= INT_MAX;
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
    lnt_blas_matrix form;
    if (lnt_is_empty(&y_column) || alpha == 0 || a->cols == 0 || is_long(a->cols, &y_column) ||
        !lnt_blas_form(a, &form) || !is_increment(&x_column) || !is_increment(&y_column)) {
        return lnt_gemm(alpha, a, &x_column, beta, &y_column);
    }
    /* Versions of BLAS differ in whether beta = 0 clears a NaN in y. */
    LNT_TRY(lnt_scale(beta, &y_column));
    lnt_blas_gemv(a->dtype, (int) a->rows, (int) a->cols, alpha, form, lowest(&x_column),
                  (int) x_column.row_stride, 1, lowest(&y_column), (int) y_column.row_stride);
    return LNT_OK;
}
